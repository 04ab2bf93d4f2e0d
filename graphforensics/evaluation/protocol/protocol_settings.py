"""What is the same for every detector and every condition of a protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphforensics.evaluation.protocol.score_row import PROTOCOLS
from graphforensics.metrics import VideoRule

Place = str | Path


@dataclass(frozen=True)
class ProtocolSettings:
    """How videos are scored and figures computed.

    Args:
        protocol: One of :data:`PROTOCOLS`.
        labels: CSV of labels that counts more than what the stores say.
        split: A run's ``split.json``, or ``"official"``; everything in the stores by default.
        part: Part of the split, ``"test"`` by default.
        clips: Samples a face track.
        how: How samples make a video's score.
        threshold: Of the accuracy; by default each detector's own.
        batch_size: Samples at once.
        workers: Processes that load.
        seed: Seed of the bootstrap and of the perturbations.
        resamples: Resamples of the bootstrap.
        progress: Show progress bars on standard error.

    Raises:
        ValueError: The protocol is unknown, or ``resamples`` is below 1.
    """

    protocol: str
    labels: Place | None = None
    split: Place | None = None
    part: str | None = None
    clips: int = 1
    how: VideoRule = "mean"
    threshold: float | None = None
    batch_size: int = 8
    workers: int = 0
    seed: int = 0
    resamples: int = 1000
    progress: bool = False

    def __post_init__(self) -> None:
        if self.protocol not in PROTOCOLS:
            raise ValueError(
                f"'protocol' must be one of {', '.join(PROTOCOLS)} (got {self.protocol!r})"
            )
        if self.resamples < 1:
            raise ValueError(f"'resamples' must be positive (got {self.resamples})")

    def to_dict(self) -> dict[str, Any]:
        """Return what the scores and figures depend on, as JSON holds it."""
        return {
            "labels": None if self.labels is None else str(self.labels),
            "split": None if self.split is None else str(self.split),
            "part": self.part,
            "clips": self.clips,
            "video_score": self.how,
            "threshold": self.threshold,
            "seed": self.seed,
            "resamples": self.resamples,
        }


def named_data(
    data: Mapping[str, Sequence[Place]] | Sequence[Place],
) -> dict[str, list[Place]]:
    """Return the stores under each name, under the empty one where they have no names.

    Raises:
        ValueError: There is no store.
    """
    if isinstance(data, (str, Path)):
        raise ValueError(f"'data' must be a list of stores or a mapping (got {data!r})")
    named = {n: list(s) for n, s in data.items()} if isinstance(data, Mapping) else {"": list(data)}
    if not named or not all(named.values()):
        raise ValueError("'data' must not be empty")
    return named

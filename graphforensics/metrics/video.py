"""From the scores of clips or frames to one score a video."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from graphforensics.metrics._checks import checked

#: What makes two rows the same video. A video's name alone does not: sets re-use names, and
#: every manipulation of FaceForensics++ names its videos alike.
VIDEO_KEYS = ("dataset", "manipulation", "video")

_REDUCE: dict[str, Callable[[Any], Any]] = {"mean": np.mean, "max": np.max}


@dataclass(frozen=True)
class VideoScore:
    """One video's score.

    Args:
        dataset: Name of the data set, empty where unknown.
        manipulation: Name of the manipulation, empty for a real video.
        video: Name of the video within the two above.
        identity: Who is seen; ``None`` where unknown or where the rows name several.
        label: 1 for fake, 0 for real.
        score: Mean or maximum of the rows' scores.
        rows: How many rows went into it.
    """

    dataset: str
    manipulation: str
    video: str
    identity: str | None
    label: int
    score: float
    rows: int


def video_scores(
    rows: Iterable[Mapping[str, Any]], how: Literal["mean", "max"] = "mean"
) -> list[VideoScore]:
    """Join rows into videos, grouped by data set, manipulation and video.

    Args:
        rows: Mappings with ``label``, ``score`` and ``video``; ``dataset``, ``manipulation``
            and ``identity`` may be missing, empty or ``None``.
        how: ``"mean"``, or ``"max"`` where one forged face in a crowd counts.

    Returns:
        One entry a video, in the order of first appearance.

    Raises:
        ValueError: A row lacks ``video``, the rows of one video disagree on the label, a
            score is not finite, or ``how`` is unknown.

    Example:
        >>> rows = [
        ...     {"video": "000_003", "manipulation": "Deepfakes", "label": 1, "score": 0.9},
        ...     {"video": "000_003", "manipulation": "Deepfakes", "label": 1, "score": 0.7},
        ...     {"video": "000_003", "manipulation": "Face2Face", "label": 1, "score": 0.4},
        ... ]
        >>> [(entry.manipulation, round(entry.score, 3)) for entry in video_scores(rows)]
        [('Deepfakes', 0.8), ('Face2Face', 0.4)]
    """
    if how not in _REDUCE:
        raise ValueError(f"'how' must be mean or max (got {how!r})")
    videos: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for number, row in enumerate(rows):
        for name in ("video", "label", "score"):
            if row.get(name) is None:
                raise ValueError(f"row {number} has no '{name}'")
        dataset, manipulation, video = (str(row.get(name) or "") for name in VIDEO_KEYS)
        videos.setdefault((dataset, manipulation, video), []).append(row)
    return [_video_score(key, members, how) for key, members in videos.items()]


def _video_score(
    key: tuple[str, str, str], members: Sequence[Mapping[str, Any]], how: str
) -> VideoScore:
    try:
        labels, scores = checked([m["label"] for m in members], [m["score"] for m in members])
    except ValueError as error:
        raise ValueError(f"video {'/'.join(key)}: {error}") from error
    if labels.min() != labels.max():
        raise ValueError(f"video {'/'.join(key)}: its rows have both labels, real and fake")
    people = {str(member.get("identity") or "") for member in members} - {""}
    identity = people.pop() if len(people) == 1 else None
    score = float(_REDUCE[how](scores))
    return VideoScore(*key, identity, int(labels[0]), score, len(members))

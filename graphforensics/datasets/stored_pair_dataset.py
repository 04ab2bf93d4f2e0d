"""Real faces, and beside some of them a forgery of the same frames out of the stores."""

from __future__ import annotations

from itertools import chain
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphforensics.data.input_spec import InputSpec
from graphforensics.data.sample_layout import arrange
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.stored_forgeries import stored_forgeries
from graphforensics.datasets.track_masks import track_masks
from graphforensics.store.face_track import FaceTrack

#: What a sample has of the forgery beside it.
FORGED_PARTS = (
    "forged",
    "forged_mask",
    "forged_has_mask",
    "forged_landmarks",
    "forged_there",
    "forged_by",
)

#: A forged track shows the person of a real one where their boxes overlap by this share.
_SAME_FACE = 0.5


class Choice(Protocol):
    """Says which stored forgeries of a sample are tried, in which order."""

    def stored(self, track: str, epoch: int | None, clip: int, count: int) -> list[int]:
        """Return some of ``range(count)``; nothing where none is wanted."""


class StoredPairDataset(ClipDataset):
    """Samples of real tracks, with a forgery of the same frames where one lies in the stores.

    Beside what :class:`~graphforensics.datasets.ClipDataset` gives, a sample has ``forged``,
    ``forged_landmarks`` and ``forged_mask`` (as ``inputs``, ``landmarks`` and ``mask``),
    ``forged_has_mask``, ``forged_by``, its manipulation, and ``forged_there``: where that is false,
    the others mean nothing. A flip turns both. A forged track fits where it has all frames of the
    sample and, in these, the same face: their boxes overlap by half.

    Args:
        table: Rows of the real tracks.
        spec: What the detector takes.
        forgeries: Rows of the forged tracks.
        choice: Says which of them are tried for a sample.
        **settings: As in :class:`~graphforensics.datasets.ClipDataset`.

    Raises:
        ValueError: As in ``ClipDataset``.
        MissingDataError: As in ``ClipDataset``.
    """

    def __init__(
        self,
        table: pa.Table,
        spec: InputSpec,
        forgeries: pa.Table,
        choice: Choice,
        **settings: Any,
    ) -> None:
        super().__init__(table, spec, **settings)
        self.forgeries, self.choice = forgeries, choice
        found = stored_forgeries(table.to_pylist(), forgeries.to_pylist())
        # Arrays, whose memory workers share.
        self._ends = np.cumsum([0, *map(len, found)])
        self._members = np.array(list(chain.from_iterable(found)), dtype=np.int64)

    @property
    def paired(self) -> int:
        """How many real tracks there is a forgery of."""
        return int((np.diff(self._ends) > 0).sum())

    def _beside(
        self, item: int | tuple[int, int], track: FaceTrack, rows: list[int]
    ) -> tuple[dict[str, Tensor], dict[str, str]]:
        epoch, position = item if isinstance(item, tuple) else (0, item)
        number, clip = divmod(position, self.clips)
        known = self._members[self._ends[number] : self._ends[number + 1]]
        when = epoch if self.train else None
        for turn in self.choice.stored(str(track.track_id), when, clip, len(known)):
            row = self.forgeries.slice(int(known[turn]), 1).to_pylist()[0]
            forged = self._track(row)
            places = _same_frames(track, forged, rows)
            if places is not None:
                return self._read(forged, places), {"forged_by": row["manipulation"] or ""}
        return self._nothing(), {"forged_by": ""}

    def _read(self, track: FaceTrack, rows: list[int]) -> dict[str, Tensor]:
        spec = self.spec
        crops, points = track.crops_with_landmarks(rows, spec.size, spec.margin)
        mask = track_masks(track, rows, spec)
        there = torch.zeros(len(rows), 1, spec.size, spec.size) if mask is None else mask
        return {
            "forged": arrange(crops, spec),
            "forged_mask": arrange(there, spec),
            "forged_landmarks": arrange(points, spec),
            "forged_has_mask": torch.tensor(mask is not None),
            "forged_there": torch.tensor(True),
        }

    def _nothing(self) -> dict[str, Tensor]:
        spec = self.spec
        count = spec.snippets * spec.frames
        blank = torch.zeros(count, 3, spec.size, spec.size, dtype=torch.uint8)
        return {
            "forged": arrange(blank, spec),
            "forged_mask": arrange(torch.zeros(count, 1, spec.size, spec.size), spec),
            "forged_landmarks": arrange(torch.zeros(count, 68, 2), spec),
            "forged_has_mask": torch.tensor(False),
            "forged_there": torch.tensor(False),
        }


def _same_frames(real: FaceTrack, forged: FaceTrack, rows: list[int]) -> list[int] | None:
    """Find a sample's frames in a forged track; ``None`` where it lacks some or shows another."""
    places = {int(number): place for place, number in enumerate(forged.numbers)}
    found = [places.get(int(number)) for number in real.numbers[rows]]
    wanted = [place for place in found if place is not None]
    if len(wanted) < len(rows):
        return None
    shared = _overlaps(real.boxes[rows], forged.boxes[wanted])
    return wanted if shared.min() >= _SAME_FACE else None


def _overlaps(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the intersection over union of boxes ``[n, 4]``, pair by pair."""
    low = np.maximum(one[:, :2], other[:, :2]).astype(np.float64)
    high = np.minimum(one[:, 2:], other[:, 2:]).astype(np.float64)
    both = np.clip(high - low, 0, None).prod(1)
    whole = sum((boxes[:, 2:] - boxes[:, :2]).astype(np.float64).prod(1) for boxes in (one, other))
    shared: NDArray[np.float64] = both / np.maximum(whole - both, 1e-9)
    return shared

"""A face track whose frames went through something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from graphforensics.datasets.perturbation.perturbation import Perturbation
from graphforensics.store.face_track import FaceTrack
from graphforensics.store.remote_path import RemotePath

#: Frames that are compressed as one video: two seconds at 25 frames a second, as long as between
#: the key frames of streamed video, so that reading one frame does not take the whole track.
PIECE = 50


class PerturbedTrack(FaceTrack):
    """A face track that hands out perturbed crops; everything else is the track's own.

    Crops are perturbed in their stored size, before they are resized. For H.264 the track is cut
    into pieces of 50 rows, and where its segments end, and each piece is compressed as a video of
    its own: what becomes of a row does not depend on which others are asked for. Rows that do not
    follow one another in the file, as in a store of single frames, are compressed as single
    pictures.

    Args:
        file: As for :class:`FaceTrack`.
        row: Likewise.
        margin: Likewise.
        perturbation: What is done to each crop.

    Raises:
        StoreError: As for :class:`FaceTrack`.
    """

    def __init__(
        self,
        file: str | PathLike[str] | RemotePath | BinaryIO,
        row: Mapping[str, Any],
        margin: float,
        perturbation: Perturbation,
    ) -> None:
        super().__init__(file, row, margin)
        self.perturbation = perturbation

    def read(self, rows: Sequence[int]) -> list[NDArray[np.uint8]]:
        """Decode the crops of some rows and perturb them (see :meth:`FaceTrack.read`)."""
        unique = sorted(set(rows))
        if unique and not 0 <= unique[0] <= unique[-1] < self.frames:
            wrong = unique[0] if unique[0] < 0 else unique[-1]
            raise ValueError(f"'rows' must be in [0, {self.frames}) (got {wrong})")
        if not self.perturbation.across_frames:
            found = self.perturbation(super().read(unique), self.track_id, unique)
            images = dict(zip(unique, found, strict=True))
            return [images[row] for row in rows]
        images = {}
        wanted = set(unique)
        for piece in self._pieces(unique):
            found = self.perturbation(super().read(piece), self.track_id, piece)
            images.update((row, im) for row, im in zip(piece, found, strict=True) if row in wanted)
        return [images[row] for row in rows]

    def _stream(self, rows: Sequence[int]) -> Iterator[NDArray[np.uint8]]:
        return iter(self.read(rows))

    def _pieces(self, rows: Sequence[int]) -> list[list[int]]:
        """Return every piece that holds one of ``rows``, each as all of its rows."""
        starts = np.arange(self.frames) % PIECE == 0
        broken = (np.diff(self.segments) != 0) | (np.diff(self.numbers) != 1)
        starts[1:] |= broken
        number = np.cumsum(starts)
        return [np.flatnonzero(number == piece).tolist() for piece in np.unique(number[list(rows)])]

"""One person's face through one file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from os import PathLike
from typing import Any, BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphforensics.data.clip_rows import Offset, clip_rows
from graphforensics.data.input_spec import InputSpec
from graphforensics.data.sample_layout import arrange
from graphforensics.store.remote_path import RemotePath
from graphforensics.store.resize_crop import resize_crop, resize_points
from graphforensics.store.track_details import TrackDetails
from graphforensics.store.track_file import COLUMNS, TrackFile
from graphforensics.store.track_schema import ROWS_PER_GROUP


class FaceTrack(TrackDetails):
    """A row a frame: lossless face crop, boxes, 68 landmarks, times; read only as asked for.

    Nothing is open between calls, so that tracks can be sent to the workers of a loader.

    Args:
        file: Path of the Parquet file, or the open file.
        row: Row of the store's manifest: ``track_id``, ``source``, ``frames``, ``label`` and so on.
        margin: Side of the stored crops over the side of the face's box.

    Raises:
        StoreError: On reading, when the file is missing or damaged; the message names it.

    Example:
        >>> from graphforensics.data import FaceStore, InputSpec  # doctest: +SKIP
        >>> track = FaceStore("faces")[0]  # doctest: +SKIP
        >>> track.clip(InputSpec("clip", size=112, snippets=5, frames=20)).shape  # doctest: +SKIP
        torch.Size([5, 3, 20, 112, 112])
    """

    def __init__(
        self,
        file: str | PathLike[str] | RemotePath | BinaryIO,
        row: Mapping[str, Any],
        margin: float = 1.3,
    ) -> None:
        super().__init__(row)
        self._file = TrackFile(file, self.frames)
        self.margin = margin

    @cached_property
    def numbers(self) -> NDArray[np.int32]:
        """Frame number in the file of each row ``[n]``."""
        return self._file.column("number")

    @cached_property
    def times(self) -> NDArray[np.float64]:
        """Presentation time of each row in seconds ``[n]``."""
        return self._file.column("time")

    @cached_property
    def segments(self) -> NDArray[np.int32]:
        """Unbroken stretch that each row belongs to ``[n]``; it grows at cuts and gaps."""
        return self._file.column("segment")

    @cached_property
    def sharpness(self) -> NDArray[np.float32]:
        """Sharpness of the face in each row ``[n]``."""
        return self._file.column("sharpness")

    @cached_property
    def detected(self) -> NDArray[np.bool_]:
        """Whether the detector saw the face in each row ``[n]``, or it was tracked."""
        return self._file.column("detected")

    @cached_property
    def quality(self) -> NDArray[np.str_]:
        """``"ok"``, ``"small"`` or ``"blurred"`` for each row ``[n]``."""
        return self._file.column("quality")

    @cached_property
    def boxes(self) -> NDArray[np.float32]:
        """Smoothed face box of each row in frame pixels ``[n, 4]``."""
        return self._file.column("box")

    @cached_property
    def crop_boxes(self) -> NDArray[np.float32]:
        """Box of frame pixels that each crop shows ``[n, 4]``; aligned: matrices ``[n, 2, 3]``."""
        boxes = self._file.column("crop_box")
        return boxes.reshape(-1, 2, 3) if boxes.shape[-1] == 6 else boxes

    @cached_property
    def landmarks(self) -> NDArray[np.float32]:
        """68 landmarks of each row in frame pixels ``[n, 68, 2]``."""
        return self._file.column("landmarks").reshape(-1, 68, 2)

    @cached_property
    def crop_landmarks(self) -> NDArray[np.float32]:
        """68 landmarks of each row in pixels of its crop ``[n, 68, 2]``."""
        return self._file.column("crop_landmarks").reshape(-1, 68, 2)

    def read(self, rows: Sequence[int]) -> list[NDArray[np.uint8]]:
        """Decode the crops of some rows, and of no other.

        Args:
            rows: Row numbers, in any order; a row that is asked for twice is decoded once.

        Returns:
            RGB crops ``[h, w, 3]`` in their stored size, in the order of ``rows``.

        Raises:
            ValueError: A row is not in the track.
            StoreError: The file is missing or damaged.
        """
        self._check_rows(rows)
        images = dict(self._file.images(sorted(set(rows))))
        return [images[row] for row in rows]

    def _stream(self, rows: Sequence[int]) -> Iterator[NDArray[np.uint8]]:
        """Yield the crops of ``rows`` (ascending, each once); the next one takes their memory."""
        self._check_rows(rows)
        return (image for _, image in self._file.images(rows))

    def _check_rows(self, rows: Sequence[int]) -> None:
        for row in rows:
            if not 0 <= row < self.frames:
                raise ValueError(f"'rows' must be in [0, {self.frames}) (got {row})")

    def verify(self) -> None:
        """Read every column and decode every crop, a few at a time.

        Raises:
            StoreError: The file is missing or damaged; the message names it, and the row.
        """
        for name in COLUMNS:
            self._file.column(name)
        for row in range(0, self.frames, ROWS_PER_GROUP):
            self.read(range(row, min(row + ROWS_PER_GROUP, self.frames)))

    def crops(self, rows: Sequence[int], size: int, margin: float | None = None) -> Tensor:
        """Decode and resize the crops of some rows.

        Each is resized once, with antialiasing, straight from the original pixels.

        Args:
            rows: Row numbers.
            size: Side of the result in pixels.
            margin: Side of the wanted crop over that of the face's box; the stored margin by
                default. A smaller one takes the middle of the stored crop.

        Returns:
            ``uint8`` ``[n, 3, size, size]``.

        Raises:
            ValueError: A row is not in the track, or ``margin`` is wider than the stored one.
            StoreError: The file is missing or damaged.
        """
        return self._resized_crops(rows, size, margin)[0]

    def crops_with_landmarks(
        self, rows: Sequence[int], size: int, margin: float | None = None
    ) -> tuple[Tensor, Tensor]:
        """Decode and resize the crops of some rows, and move their landmarks along.

        Args:
            rows: As in :meth:`crops`.
            size: As in :meth:`crops`.
            margin: As in :meth:`crops`.

        Returns:
            The crops as in :meth:`crops`, and ``float32`` ``[n, 68, 2]``, the landmarks in pixels
            of the resized crops; a pixel's centre has whole coordinates.

        Raises:
            ValueError: As in :meth:`crops`.
            StoreError: As in :meth:`crops`.
        """
        pixels, sides = self._resized_crops(rows, size, margin)
        moved = resize_points(self.crop_landmarks[list(rows)], sides, size, self._share(margin))
        return pixels, torch.from_numpy(moved)

    def _share(self, margin: float | None) -> float:
        share = 1.0 if margin is None else margin / self.margin
        if share > 1 + 1e-6:
            raise ValueError(
                f"'margin' must be at most the store's {self.margin} (got {margin}): "
                f"extract again with --margin {margin}"
            )
        return min(share, 1.0)

    def _resized_crops(
        self, rows: Sequence[int], size: int, margin: float | None
    ) -> tuple[Tensor, NDArray[np.int_]]:
        """Return the crops and the width and height ``[n, 2]`` that they are stored in."""
        share = self._share(margin)
        unique = sorted(set(rows))
        if not unique:
            return torch.empty((0, 3, size, size), dtype=torch.uint8), np.empty((0, 2), np.int_)
        pixels = torch.empty((len(unique), 3, size, size), dtype=torch.uint8)
        sides = np.empty((len(unique), 2), np.int_)
        for place, image in enumerate(self._stream(unique)):
            pixels[place] = resize_crop(image, size, share)
            sides[place] = image.shape[1::-1]
        if unique == list(rows):
            return pixels, sides
        order = np.searchsorted(unique, rows)
        return pixels[torch.from_numpy(order)], sides[order]

    def clip_rows(self, spec: InputSpec, offset: Offset = 0.5) -> list[list[int]]:
        """Return the rows of :meth:`clip`, run by run (see :func:`clip_rows`)."""
        return clip_rows(self.segments, spec, offset)

    def clip(self, spec: InputSpec, offset: Offset = 0.5) -> Tensor:
        """Cut one sample out of the track, evenly over its whole length.

        Args:
            spec: What the detector takes.
            offset: Place of the runs (see :func:`clip_rows`); 0.5 for testing, a random generator
                for training.

        Returns:
            ``uint8`` of ``spec.shape``.

        Raises:
            ValueError: ``spec.margin`` is wider than the store's.
            StoreError: The file is missing or damaged.
        """
        runs = self.clip_rows(spec, offset)
        rows = [row for run in runs for row in run]
        pixels = self.crops(rows, spec.size, spec.margin)
        return arrange(pixels, spec)

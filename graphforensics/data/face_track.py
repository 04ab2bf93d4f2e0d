"""One person's face through one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from os import PathLike
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from graphforensics.data.clip_rows import Offset, clip_rows
from graphforensics.data.input_spec import InputSpec
from graphforensics.errors import StoreError
from graphforensics.preprocess.png import decode_png
from graphforensics.preprocess.store.track_schema import ROWS_PER_GROUP, track_schema

# Columns of numbers and words, and what they become.
_COLUMNS: dict[str, Any] = {
    "number": np.int32,
    "time": np.float64,
    "segment": np.int32,
    "sharpness": np.float32,
    "quality": np.str_,
    "detected": np.bool_,
    "box": np.float32,
    "crop_box": np.float32,
    "landmarks": np.float32,
    "crop_landmarks": np.float32,
}


class FaceTrack:
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
        self, file: str | PathLike[str] | BinaryIO, row: Mapping[str, Any], margin: float = 1.3
    ) -> None:
        self._file = file
        self._row = dict(row)
        self.margin = margin

    def __len__(self) -> int:
        return self.frames

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.track_id!r}, frames={self.frames}, label={self.label})"

    @property
    def track_id(self) -> str:
        """Name of the track within its store: ``"<source key>/track_000"``."""
        return str(self._row["track_id"])

    @property
    def source(self) -> str:
        """Name of the file that the track was found in."""
        return str(self._row["source"])

    @property
    def frames(self) -> int:
        """Number of rows."""
        return int(self._row["frames"])

    @property
    def label(self) -> str | None:
        """``"real"``, ``"fake"``, or ``None`` when unknown."""
        return self._row.get("label")

    @property
    def identity(self) -> str | None:
        """Who is seen, as the metadata name them."""
        return self._row.get("identity")

    @property
    def manipulation(self) -> str | None:
        """How a fake was made."""
        return self._row.get("manipulation")

    @property
    def dataset(self) -> str | None:
        """Data set that the file belongs to."""
        return self._row.get("dataset")

    @property
    def video(self) -> str:
        """Video that scores are averaged over; :attr:`source` unless the metadata say."""
        return str(self._row.get("video") or self.source)

    @property
    def origin(self) -> str | None:
        """File that a forgery was made from."""
        return self._row.get("origin")

    @property
    def mask(self) -> str | None:
        """Video or image of the forged pixels."""
        return self._row.get("mask")

    @property
    def quality_level(self) -> str | None:
        """Compression of the file, such as ``"c23"``."""
        return self._row.get("quality")

    @property
    def split(self) -> str | None:
        """Part of the data set's official split."""
        return self._row.get("split")

    @cached_property
    def numbers(self) -> NDArray[np.int32]:
        """Frame number in the file of each row ``[n]``."""
        return self._column("number")

    @cached_property
    def times(self) -> NDArray[np.float64]:
        """Presentation time of each row in seconds ``[n]``."""
        return self._column("time")

    @cached_property
    def segments(self) -> NDArray[np.int32]:
        """Unbroken stretch that each row belongs to ``[n]``; it grows at cuts and gaps."""
        return self._column("segment")

    @cached_property
    def sharpness(self) -> NDArray[np.float32]:
        """Sharpness of the face in each row ``[n]``."""
        return self._column("sharpness")

    @cached_property
    def detected(self) -> NDArray[np.bool_]:
        """Whether the detector saw the face in each row ``[n]``, or it was tracked."""
        return self._column("detected")

    @cached_property
    def quality(self) -> NDArray[np.str_]:
        """``"ok"``, ``"small"`` or ``"blurred"`` for each row ``[n]``."""
        return self._column("quality")

    @cached_property
    def boxes(self) -> NDArray[np.float32]:
        """Smoothed face box of each row in frame pixels ``[n, 4]``."""
        return self._column("box")

    @cached_property
    def crop_boxes(self) -> NDArray[np.float32]:
        """Box of frame pixels that each crop shows ``[n, 4]``; aligned: matrices ``[n, 2, 3]``."""
        boxes = self._column("crop_box")
        return boxes.reshape(-1, 2, 3) if boxes.shape[-1] == 6 else boxes

    @cached_property
    def landmarks(self) -> NDArray[np.float32]:
        """68 landmarks of each row in frame pixels ``[n, 68, 2]``."""
        return self._column("landmarks").reshape(-1, 68, 2)

    @cached_property
    def crop_landmarks(self) -> NDArray[np.float32]:
        """68 landmarks of each row in pixels of its crop ``[n, 68, 2]``."""
        return self._column("crop_landmarks").reshape(-1, 68, 2)

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
        for row in rows:
            if not 0 <= row < self.frames:
                raise ValueError(f"'rows' must be in [0, {self.frames}) (got {row})")
        encoded = self._encoded(sorted(set(rows)))
        images = {row: self._decoded(row, data) for row, data in encoded.items()}
        return [images[row] for row in rows]

    def verify(self) -> None:
        """Read every column and decode every crop, a few at a time.

        Raises:
            StoreError: The file is missing or damaged; the message names it, and the row.
        """
        for name in _COLUMNS:
            self._column(name)
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
        moved = _moved(self.crop_landmarks[list(rows)], sides, size, self._share(margin))
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
        images = self.read(unique)
        small = np.stack([_resized(image, size, share) for image in images])
        pixels = torch.from_numpy(small).permute(0, 3, 1, 2)
        sides = np.array([image.shape[1::-1] for image in images])
        place = {row: order for order, row in enumerate(unique)}
        order = [place[row] for row in rows]
        return pixels[order].contiguous(), sides[order]

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
        if spec.kind == "clip":
            split = pixels.view(spec.snippets, spec.frames, *pixels.shape[1:])
            return split.transpose(1, 2).contiguous()
        return pixels.view(spec.shape)

    @property
    def _name(self) -> object:
        # A path has a name as well, but that of every first track is track_000.parquet.
        return self._file if isinstance(self._file, (str, PathLike)) else self._file.name

    def _open(self) -> Any:
        try:
            return pq.ParquetFile(self._file, page_checksum_verification=True)
        except FileNotFoundError as error:
            raise StoreError(f"{self._name}: missing; run extract again to rebuild it") from error
        except (OSError, ValueError, pa.ArrowException) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> StoreError:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return StoreError(
            f"{self._name}: damaged ({reason}); delete its folder and run extract again"
        )

    def _column(self, name: str) -> NDArray[Any]:
        kind = _COLUMNS[name]
        try:
            column = self._open().read(columns=[name]).column(name).combine_chunks()
        except (OSError, ValueError, KeyError, pa.ArrowException) as error:
            raise self._damaged(error) from error
        self._check(name, column)
        if pa.types.is_fixed_size_list(column.type):
            flat = np.asarray(column.flatten().to_numpy(zero_copy_only=False), dtype=kind)
            return flat.reshape(len(column), column.type.list_size)
        return np.asarray(column.to_numpy(zero_copy_only=False)).astype(kind)

    def _check(self, name: str, column: pa.Array) -> None:
        """Checksums tell flipped bits; a file that was put together wrongly has right ones."""
        wanted = [track_schema(aligned).field(name).type for aligned in (False, True)]
        if column.type not in wanted or column.null_count:
            reason = f"column '{name}' is {column.type} with {column.null_count} empty rows"
            raise self._damaged(ValueError(reason))
        if len(column) != self.frames:
            raise self._damaged(ValueError(f"{len(column)} rows instead of {self.frames}"))

    def _decoded(self, row: int, data: object) -> NDArray[np.uint8]:
        try:
            return decode_png(data if isinstance(data, bytes) else b"")
        except ValueError as error:
            raise self._damaged(ValueError(f"image of row {row}: {error}")) from error

    def _encoded(self, rows: Sequence[int]) -> dict[int, bytes]:
        """Read the row groups that hold ``rows`` (ascending) and return the images' bytes."""
        file = self._open()
        try:
            sizes = [file.metadata.row_group(g).num_rows for g in range(file.num_row_groups)]
            starts = np.cumsum([0, *sizes])
            groups = (np.searchsorted(starts, rows, side="right") - 1).tolist()
            images: dict[int, bytes] = {}
            for group, members in groupby(zip(groups, rows, strict=True), key=itemgetter(0)):
                column = file.read_row_group(group, columns=["image"]).column("image")
                images.update((row, column[row - int(starts[group])].as_py()) for _, row in members)
            return images
        except (OSError, ValueError, LookupError, pa.ArrowException) as error:
            raise self._damaged(error) from error


def _resized(image: NDArray[np.uint8], size: int, share: float) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    left, top = width * (1 - share) / 2, height * (1 - share) / 2
    box = (left, top, width - left, height - top)
    picture = Image.fromarray(image).resize((size, size), Image.Resampling.BILINEAR, box=box)
    return np.asarray(picture)


def _moved(
    landmarks: NDArray[np.float32], sides: NDArray[np.int_], size: int, share: float
) -> NDArray[np.float32]:
    """Move landmarks as :func:`_resized` moves pixels, whose centres are whole numbers."""
    wide = sides[:, None]
    moved = (landmarks + 0.5 - wide * (1 - share) / 2) * size / (wide * share) - 0.5
    return np.asarray(moved, dtype=np.float32)

"""The Parquet file of one face track, read as little as can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from os import PathLike
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from graphforensics.errors import StoreError
from graphforensics.media.png import decode_png
from graphforensics.store.parquet_sizes import check_sizes
from graphforensics.store.remote_path import RemotePath
from graphforensics.store.track_schema import track_schema

#: Columns of numbers and words, and what they become.
COLUMNS: dict[str, Any] = {
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
_BAD = (OSError, ValueError, LookupError, pa.ArrowException)


class TrackFile:
    """Reads columns and images of a track; nothing is open between calls.

    The footer is read once and kept, but for copies that are sent to other processes.

    Args:
        place: Path of the Parquet file, or the open file.
        frames: Rows that it must have.

    Raises:
        StoreError: On reading, when the file is missing or damaged; the message names it.
    """

    def __init__(self, place: str | PathLike[str] | RemotePath | BinaryIO, frames: int) -> None:
        self.place = place
        self.frames = frames
        self._footer: pq.FileMetaData | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_footer": None}

    def column(self, name: str) -> NDArray[Any]:
        """Read one of :data:`COLUMNS`, ``[n]`` or ``[n, k]``.

        Raises:
            StoreError: The file is missing or damaged, or the column is not what a run writes.
        """
        kind = COLUMNS[name]
        with self._opened() as file:
            check_sizes(file.metadata, [name])
            column = file.read(columns=[name]).column(name).combine_chunks()
            _check(name, column, self.frames)
        if pa.types.is_fixed_size_list(column.type):
            flat = np.asarray(column.flatten().to_numpy(zero_copy_only=False), dtype=kind)
            return flat.reshape(len(column), column.type.list_size)
        return np.asarray(column.to_numpy(zero_copy_only=False)).astype(kind)

    def images(self, rows: Sequence[int]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Decode the images of some rows, one row group in memory at a time.

        Args:
            rows: Row numbers, ascending, each once.

        Yields:
            Row numbers and RGB images ``[h, w, 3]``, in the order of ``rows``.

        Raises:
            StoreError: The file is missing or damaged; the message names the row.
        """
        with self._opened() as file:
            sizes = [file.metadata.row_group(g).num_rows for g in range(file.num_row_groups)]
            starts = np.cumsum([0, *sizes])
            groups = (np.searchsorted(starts, rows, side="right") - 1).tolist()
            for group, members in groupby(zip(groups, rows, strict=True), key=itemgetter(0)):
                check_sizes(file.metadata, ["image"], [group])
                column = file.read_row_group(group, columns=["image"]).column("image")
                for _, row in members:
                    yield row, _decoded(row, column[row - int(starts[group])])

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """Open the file, and turn whatever is wrong with it into an error that names it."""
        try:
            if isinstance(self.place, RemotePath):
                with self.place.open() as file:
                    yield self._parquet(file)
            else:
                yield self._parquet(self.place)
        except FileNotFoundError as error:
            raise StoreError(f"{self.name}: missing; run extract again to rebuild it") from error
        except _BAD as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            remote = " or not to be reached" if isinstance(self.place, RemotePath) else ""
            raise StoreError(
                f"{self.name}: damaged{remote} ({reason}); delete its folder and run extract again"
            ) from error

    def _parquet(self, file: Any) -> Any:
        opened = pq.ParquetFile(file, metadata=self._footer, page_checksum_verification=True)
        self._footer = opened.metadata
        return opened

    @property
    def name(self) -> object:
        """The file, as messages name it."""
        # A path has a name as well, but that of every first track is track_000.parquet.
        known = isinstance(self.place, (str, PathLike, RemotePath))
        return self.place if known else getattr(self.place, "name", self.place)


def _check(name: str, column: pa.Array, frames: int) -> None:
    """Checksums tell flipped bits; a file that was put together wrongly has right ones.

    Raises:
        ValueError: Says what is wrong.
    """
    wanted = [track_schema(aligned).field(name).type for aligned in (False, True)]
    if column.type not in wanted or column.null_count:
        raise ValueError(f"column '{name}' is {column.type} with {column.null_count} empty rows")
    if len(column) != frames:
        raise ValueError(f"{len(column)} rows instead of {frames}")


def _decoded(row: int, scalar: pa.Scalar) -> NDArray[np.uint8]:
    """Decode one image without a copy of its bytes."""
    binary = isinstance(scalar, (pa.BinaryScalar, pa.LargeBinaryScalar)) and scalar.is_valid
    try:
        return decode_png(memoryview(scalar.as_buffer()).cast("B") if binary else b"")
    except ValueError as error:
        raise ValueError(f"image of row {row}: {error}") from error

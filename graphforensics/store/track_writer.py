"""Writing one track, a row group at a time."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from graphforensics.media.png import encode_png
from graphforensics.store.output_errors import writing
from graphforensics.store.records import TrackRecord
from graphforensics.store.track_frame import TrackFrame
from graphforensics.store.track_schema import (
    BYTES_PER_GROUP,
    ROWS_PER_GROUP,
    track_schema,
)

# Of zstd. On crops of real faces 1 and 2 give larger files in the same time, 5 takes twice as long.
_LEVEL = 3


class TrackWriter:
    """Writes the rows of one track to a Parquet file as they come.

    Memory is that of one row group. The bytes depend on the rows alone: no time stamp, no
    host name. The caller gives a temporary place and renames it when all is written.

    Args:
        path: The file to write.
        aligned: Whether crops are aligned (``crop_box`` is then a matrix).

    Raises:
        OutputError: The file cannot be written; the message names it.
    """

    def __init__(self, path: str | Path, aligned: bool = False) -> None:
        self._path = Path(path)
        self._schema = track_schema(aligned)
        self._rows: list[dict[str, Any]] = []
        self._pending = 0
        self._frames = 0
        self._ok = 0
        self._segments: set[int] = set()
        self._times: list[float] = []
        with writing(self._path):
            self._file = _open(self._path)
            self._writer = _parquet_writer(self._file, self._schema)

    def write(self, frame: TrackFrame) -> None:
        """Append one row.

        Raises:
            OutputError: The file cannot be written.
        """
        image = encode_png(frame.crop, compress=False)
        self._rows.append(_row(frame, image))
        self._pending += len(image)
        self._frames += 1
        self._ok += frame.quality == "ok"
        self._segments.add(frame.segment)
        self._times = [*self._times[:1], frame.time]
        if len(self._rows) >= ROWS_PER_GROUP or self._pending >= BYTES_PER_GROUP:
            self._flush()

    def close(self) -> TrackRecord:
        """Write what is pending and the footer, down to the disk; return the track's figures.

        Raises:
            OutputError: The file cannot be written.
        """
        self._flush()
        with writing(self._path):
            self._writer.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        return TrackRecord(
            name=self._path.stem,
            frames=self._frames,
            ok_frames=self._ok,
            segments=len(self._segments),
            first_time=self._times[0] if self._times else 0.0,
            last_time=self._times[-1] if self._times else 0.0,
        )

    def abandon(self) -> None:
        """Let go of the file after an error; what it holds is not a track."""
        with suppress(Exception):
            self._writer.close()
        # Otherwise its finalizer tries once more, and tells the terminal what it meets.
        self._writer.is_open = False
        with suppress(OSError):
            self._file.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        batch = pa.RecordBatch.from_pylist(self._rows, schema=self._schema)
        with writing(self._path):
            self._writer.write_batch(batch, row_group_size=len(self._rows))
        self._rows, self._pending = [], 0


def _row(frame: TrackFrame, image: bytes) -> dict[str, Any]:
    return {
        "number": frame.number,
        "time": frame.time,
        "segment": frame.segment,
        "sharpness": frame.sharpness,
        "quality": frame.quality,
        "detected": frame.detected,
        "box": _flat(frame.box),
        "crop_box": _flat(frame.crop_box),
        "landmarks": _flat(frame.landmarks),
        "crop_landmarks": _flat(frame.crop_landmarks),
        "image": image,
    }


def _flat(values: Any) -> list[float]:
    numbers: list[float] = np.asarray(values, dtype=np.float32).ravel().tolist()
    return numbers


def _parquet_writer(file: BinaryIO, schema: pa.Schema) -> Any:
    return pq.ParquetWriter(
        file,
        schema,
        # Landmarks do not compress. Images do, and eight together better than each alone: next
        # to deflate within PNG that takes less room, and half the time to write and to read.
        compression={name: "zstd" if name == "image" else "none" for name in schema.names},
        compression_level={"image": _LEVEL},
        use_dictionary=["quality"],
        # The smallest and largest image would be written into every row group's statistics.
        write_statistics=["number", "time", "segment"],
        write_page_checksum=True,
    )


def _open(path: Path) -> BinaryIO:
    try:
        return open(path, "wb")
    except OSError as error:
        if error.errno != errno.EMFILE or not _allow_more_files():
            raise
    return open(path, "wb")


def _allow_more_files() -> bool:
    """A crowd has a track a person, all of them open; the soft limit may be lower than that."""
    try:
        import resource
    except ImportError:
        return False
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == hard:
        return False
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return True

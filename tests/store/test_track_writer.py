"""Small row groups, whatever the size of the face; errors name the file."""

from __future__ import annotations

import io
import resource
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from skimage.io import imread

from graphforensics.errors import OutputError
from graphforensics.store.track_frame import TrackFrame
from graphforensics.store.track_schema import BYTES_PER_GROUP, ROWS_PER_GROUP
from graphforensics.store.track_writer import TrackWriter

Make = Callable[..., list[TrackFrame]]


def _write(path: Path, rows: list[TrackFrame]) -> pq.FileMetaData:
    writer = TrackWriter(path)
    for row in rows:
        writer.write(row)
    writer.close()
    return pq.read_metadata(path)


def test_row_groups_are_small(tmp_path: Path, track_frames: Make) -> None:
    metadata = _write(tmp_path / "track_000.parquet", track_frames(21))
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    assert sizes == [8, 8, 5] == [ROWS_PER_GROUP, ROWS_PER_GROUP, 5]


def test_row_groups_of_huge_faces_are_smaller_still(tmp_path: Path, track_frames: Make) -> None:
    metadata = _write(tmp_path / "track_000.parquet", track_frames(5, size=1100))
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    assert sizes == [3, 2]
    assert BYTES_PER_GROUP < 3 * 1100 * 1100 * 3


def test_parquet_compresses_the_images_and_nothing_else(tmp_path: Path, track_frames: Make) -> None:
    path = tmp_path / "track_000.parquet"
    group = _write(path, track_frames(3)).row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    compressed = {name for name, column in columns.items() if column.compression != "UNCOMPRESSED"}
    assert compressed == {"image"}
    assert columns["image"].compression == "ZSTD"
    # Else the smallest and the largest image would be in the footer once more.
    assert columns["image"].statistics is None
    # Any program that reads Parquet and PNG finds the pixels.
    for row, data in zip(track_frames(3), pq.read_table(path).column("image"), strict=True):
        np.testing.assert_array_equal(imread(io.BytesIO(data.as_py())), row.crop)


def test_figures_of_the_track(tmp_path: Path, track_frames: Make) -> None:
    writer = TrackWriter(tmp_path / "track_004.parquet")
    for row in track_frames(7, run=3):
        writer.write(row)
    record = writer.close()
    assert (record.name, record.frames, record.ok_frames, record.segments) == ("track_004", 7, 3, 3)
    assert (record.first_time, record.last_time) == (0.0, 6 / 25)


def test_file_in_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"gone/track_000.parquet: cannot be written \(no such"):
        TrackWriter(tmp_path / "gone" / "track_000.parquet")


def test_more_tracks_than_the_soft_limit_of_open_files(tmp_path: Path, track_frames: Make) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    row = track_frames(1)[0]
    writers = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        for person in range(300):
            writers.append(TrackWriter(tmp_path / f"track_{person:03d}.parquet"))
            writers[-1].write(row)
        assert all(writer.close().frames == 1 for writer in writers)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        for writer in writers:
            writer.abandon()

"""One Parquet file: stores of before are read, the footer is read once, copies are small."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graphforensics.media.png import encode_png
from graphforensics.store.source_writer import write_tracks
from graphforensics.store.track_file import COLUMNS, TrackFile
from graphforensics.store.track_frame import TrackFrame
from graphforensics.store.track_schema import track_schema

Make = Callable[..., list[TrackFrame]]


@pytest.fixture
def path(tmp_path: Path, track_frames: Make) -> Path:
    write_tracks(tmp_path, track_frames(20))
    return tmp_path / "track_000.parquet"


def test_every_column_of_the_schema_but_the_image_can_be_read(path: Path) -> None:
    assert {*COLUMNS, "image"} == set(track_schema(aligned=False).names)
    file = TrackFile(path, 20)
    assert {len(file.column(name)) for name in COLUMNS} == {20}


def test_tracks_of_the_first_stores_are_read(path: Path, track_frames: Make) -> None:
    """Those had compressed PNG files in columns that Parquet did not compress."""
    rows = track_frames(20)
    table = pq.read_table(path)
    images = pa.array([encode_png(row.crop) for row in rows], pa.binary())
    table = table.set_column(table.schema.get_field_index("image"), "image", images)
    pq.write_table(table, path, compression="none", row_group_size=8, write_page_checksum=True)
    for row, image in TrackFile(path, 20).images(range(20)):
        np.testing.assert_array_equal(image, rows[row].crop)


def test_the_footer_is_read_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    real = pq.ParquetFile

    def open_(*args: Any, **words: Any) -> Any:
        given.append(words["metadata"])
        return real(*args, **words)

    monkeypatch.setattr(pq, "ParquetFile", open_)
    file = TrackFile(path, 20)
    file.column("time")
    assert [row for row, _ in file.images([3, 17])] == [3, 17]
    assert given[0] is None
    assert given[1] is not None
    copy = pickle.loads(pickle.dumps(file))
    assert len(pickle.dumps(file)) < 500
    copy.column("time")
    assert given[2] is None

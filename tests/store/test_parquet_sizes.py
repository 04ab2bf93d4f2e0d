"""Small files that would unpack to large ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graphforensics.errors import StoreError
from graphforensics.store.parquet_sizes import check_sizes
from graphforensics.store.source_writer import write_tracks
from graphforensics.store.track_file import TrackFile
from graphforensics.store.track_frame import TrackFrame
from graphforensics.store.track_schema import track_schema

ROWS = 200_000


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A track of few bytes: landmarks and images that are zero throughout."""
    path = tmp_path_factory.mktemp("bomb") / "track_000.parquet"
    schema = track_schema(False)
    points = pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(136 * ROWS, np.float32)), 136)
    images = pa.array([bytes(70 << 20)], pa.binary())
    columns = {"landmarks": points, "image": images.take(pa.array([0] + [None] * (ROWS - 1)))}
    table = pa.table(
        columns, schema=pa.schema([pa.field(n, schema.field(n).type) for n in columns])
    )
    pq.write_table(table, path, compression="zstd", use_dictionary=False, data_page_size=1 << 28)
    assert path.stat().st_size < 1 << 20
    return path


def _landmarks(file: TrackFile) -> Any:
    return file.column("landmarks")


def _image(file: TrackFile) -> Any:
    return next(file.images([0]))


@pytest.mark.parametrize("read", [_landmarks, _image])
def test_a_bomb_is_refused_before_it_is_unpacked(
    bomb: Path, read: Callable[[TrackFile], Any]
) -> None:
    before = pa.default_memory_pool().max_memory()
    with pytest.raises(
        StoreError, match=r"track_000.parquet: damaged \(\d+ bytes unpack to \d{8,9}\)"
    ):
        read(TrackFile(bomb, ROWS))
    assert pa.default_memory_pool().max_memory() - before < 1 << 20


def test_tracks_as_they_are_written_pass(
    tmp_path: Path, track_frames: Callable[..., list[TrackFrame]]
) -> None:
    black = track_frames(40, size=300)
    for frame in black:
        frame.crop[:] = 0
    write_tracks(tmp_path, black)
    footer = pq.ParquetFile(tmp_path / "track_000.parquet").metadata
    check_sizes(footer)
    assert (
        sum(
            len(image)
            for _, image in TrackFile(tmp_path / "track_000.parquet", 40).images(range(40))
        )
        > 0
    )

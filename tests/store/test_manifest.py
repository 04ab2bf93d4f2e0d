"""Manifests of older stores are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graphforensics.errors import StoreError
from graphforensics.store.layout import MANIFEST, source_key
from graphforensics.store.manifest import (
    SCHEMA,
    manifest_table,
    read_manifest,
    write_manifest,
)
from graphforensics.store.records import SourceRecord, TrackRecord


def _record() -> SourceRecord:
    told = {"label": "fake", "split": "test", "quality": "c23"}
    return SourceRecord("a.mp4", "a-1", "no_face", metadata=told)


def test_split_and_quality_are_kept(tmp_path: Path) -> None:
    write_manifest(tmp_path, manifest_table([_record()]))
    (row,) = read_manifest(tmp_path).to_pylist()
    assert (row["label"], row["split"], row["quality"]) == ("fake", "test", "c23")


def test_a_manifest_without_them_is_read(tmp_path: Path) -> None:
    table = manifest_table([_record()]).drop_columns(["split", "quality"])
    pq.write_table(table, tmp_path / MANIFEST)
    (row,) = read_manifest(tmp_path).to_pylist()
    assert (row["label"], row["split"], row["quality"]) == ("fake", None, None)


def test_a_manifest_without_labels_is_damaged(tmp_path: Path) -> None:
    pq.write_table(manifest_table([_record()]).drop_columns(["label"]), tmp_path / MANIFEST)
    with pytest.raises(StoreError, match="damaged"):
        read_manifest(tmp_path)


KEY = source_key("a.mp4")
TRACK = SourceRecord("a.mp4", KEY, "ok", tracks=(TrackRecord("track_000", 8, 7, 1, 0.0, 0.5),))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("track_id", "../../elsewhere", "no name of a track"),
        ("track_id", f"{KEY}/track_000/../../x", "no name of a track"),
        ("frames", None, "has no 'frames'"),
        ("frames", -3, "has no 'frames'"),
        ("source", None, "has no 'source'"),
        ("status", None, "'status' is none of ok, no_face, failed"),
        ("status", "fine", "'status' is none of ok, no_face, failed"),
    ],
)
def test_rows_that_no_run_writes(tmp_path: Path, column: str, value: Any, words: str) -> None:
    (row,) = manifest_table([TRACK]).to_pylist()
    write_manifest(tmp_path, pa.Table.from_pylist([{**row, column: value}], SCHEMA))
    with pytest.raises(StoreError, match=f"{MANIFEST}: damaged .*{words}"):
        read_manifest(tmp_path)


def test_a_track_that_is_listed_twice(tmp_path: Path) -> None:
    table = manifest_table([TRACK])
    write_manifest(tmp_path, pa.concat_tables([table, table]))
    with pytest.raises(StoreError, match="is there twice"):
        read_manifest(tmp_path)

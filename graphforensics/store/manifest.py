"""The list of a store's tracks: ``manifest.parquet``."""

from __future__ import annotations

import io
import os
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from graphforensics.errors import StoreError
from graphforensics.store.columns import COLUMNS, METADATA
from graphforensics.store.layout import MANIFEST, RECORD, TRACKS, write_whole
from graphforensics.store.records import STATUSES, SourceRecord
from graphforensics.store.remote_path import RemotePath, StorePath

# The folder of a source and the file of a track, as layout.py and source_writer.py name them.
_TRACK_ID = r"^\w+-[0-9a-f]{12}/track_\d{3,9}$"
# The manifests of older stores lack them.
_LATER = tuple(column.name for column in COLUMNS if column.later)

SCHEMA = pa.schema(
    [
        ("track_id", pa.string()),
        ("source", pa.string()),
        ("status", pa.string()),
        ("reason", pa.string()),
        *((name, pa.string()) for name in METADATA),
        ("frames", pa.int32()),
        ("ok_frames", pa.int32()),
        ("segments", pa.int32()),
        ("first_time", pa.float64()),
        ("last_time", pa.float64()),
        ("source_frames", pa.int32()),
        ("source_faceless", pa.int32()),
        ("sha256", pa.string()),
    ]
)


def manifest_table(records: Iterable[SourceRecord]) -> pa.Table:
    """Return a row a track, and a row for each source without one, ordered by source name."""
    ordered = sorted(records, key=lambda record: (record.source, record.key))
    rows = [row for record in ordered for row in _rows(record)]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def write_manifest(root: StorePath, table: pa.Table) -> None:
    """Write the manifest whole or not at all."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    write_whole(root / MANIFEST, sink.getvalue())


def read_manifest(root: StorePath) -> pa.Table | None:
    """Return the manifest, or ``None`` when there is none.

    Raises:
        StoreError: The file is damaged or lacks a column.
    """
    path = root / MANIFEST
    try:
        if not path.is_file():
            return None
        with _opened(path) as file:
            table = _with_later(file.read()).select(SCHEMA.names).cast(SCHEMA)
        _check(table)
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise StoreError(
            f"{path}: damaged ({error}); delete it and run extract again, which rebuilds it"
        ) from error
    return table


def _opened(path: StorePath) -> Any:
    if isinstance(path, Path):
        return pq.ParquetFile(path, memory_map=True, page_checksum_verification=True)
    with path.open() as file:
        return pq.ParquetFile(pa.BufferReader(file.read()), page_checksum_verification=True)


def _check(table: pa.Table) -> None:
    """Refuse rows that no run writes; a track's name becomes the name of a file.

    Raises:
        ValueError: Says which column is wrong.
    """
    tracks = table.filter(table.column("track_id").is_valid())
    named = pc.match_substring_regex(tracks.column("track_id"), _TRACK_ID)
    if not _all(named):
        raise ValueError("a 'track_id' is no name of a track")
    if len(pc.unique(tracks.column("track_id"))) < len(tracks):
        raise ValueError("a 'track_id' is there twice")
    if not _all(pc.greater_equal(tracks.column("frames"), 0)):
        raise ValueError("a track has no 'frames'")
    if table.column("source").null_count:
        raise ValueError("a row has no 'source'")
    if not _all(pc.is_in(table.column("status"), pa.array(STATUSES))):
        raise ValueError(f"a 'status' is none of {', '.join(STATUSES)}")


def _all(column: pa.ChunkedArray) -> bool:
    """Whether every row is true, none empty; no row at all is well."""
    return pc.all(column, min_count=0, skip_nulls=False).as_py() is True


def _with_later(table: pa.Table) -> pa.Table:
    for name in _LATER:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(len(table), pa.string()))
    return table


def read_records(root: StorePath, without: Container[str] = ()) -> Iterator[SourceRecord]:
    """Yield the record of every source in the store, ordered by key.

    Args:
        root: Folder of the store.
        without: Keys of sources that are left out.

    Raises:
        StoreError: A record is damaged.
    """
    for key in _keys(root / TRACKS):
        if key in without:
            continue
        record = root / TRACKS / key / RECORD
        try:
            yield SourceRecord.read(record)
        except StoreError:
            # Where folders cannot be renamed, one without a record is not finished.
            if isinstance(record, Path) or record.is_file():
                raise


def _keys(folder: StorePath) -> list[str]:
    if isinstance(folder, RemotePath):
        return folder.names()
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())


def _rows(record: SourceRecord) -> Iterator[dict[str, Any]]:
    shared = {
        "source": record.source,
        "status": record.status,
        "reason": record.reason,
        "sha256": record.sha256,
        "source_frames": record.report.frames,
        "source_faceless": record.report.faceless,
        **{name: record.metadata.get(name) for name in METADATA},
    }
    if not record.tracks:
        yield {**shared, "frames": 0, "ok_frames": 0, "segments": 0}
    for track in record.tracks:
        yield {
            **shared,
            "track_id": f"{record.key}/{track.name}",
            "frames": track.frames,
            "ok_frames": track.ok_frames,
            "segments": track.segments,
            "first_time": track.first_time,
            "last_time": track.last_time,
        }

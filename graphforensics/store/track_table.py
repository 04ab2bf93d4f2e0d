"""The tracks of several stores, as one table."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from graphforensics.errors import MissingDataError, StoreError
from graphforensics.store.columns import FAKE, METADATA
from graphforensics.store.face_store import FaceStore
from graphforensics.store.metadata_table import MetadataTable

#: Columns of the table; ``track_id`` is null for a source without a face track.
COLUMNS = ("store", "track_id", "source", "status", "reason", *METADATA, "frames", "sha256")


def track_table(
    stores: Iterable[str | Path | FaceStore], labels: str | Path | None = None
) -> pa.Table:
    """Join the manifests of stores, and fill in labels that they lack.

    Args:
        stores: Face stores, or their folders.
        labels: CSV with a column ``file`` and any of ``label``, ``identity``, ``manipulation``,
            ``dataset``, ``video``, ``source``, ``mask``, ``quality`` and ``split``; what it says
            of a file counts more than what the manifest says. It also says where masks lie: a
            store knows only their names.

    Returns:
        A row a track and a row a source without one, with the columns :data:`COLUMNS`. ``video``
        is the source's name where nothing else is known.

    Raises:
        StoreError: A store is damaged, or two stores hold a track of one name.
        MissingDataError: There is no store, or ``labels`` fits none of the files.
    """
    opened = [store if isinstance(store, FaceStore) else FaceStore(store) for store in stores]
    if not opened:
        raise MissingDataError("no face store was given")
    table = pa.concat_tables([_manifest(store) for store in opened])
    _refuse_doubles(table)
    if labels is not None:
        table = _with_labels(table, labels)
    video = pc.coalesce(table.column("video"), table.column("source"))
    return table.set_column(COLUMNS.index("video"), "video", video).combine_chunks()


def with_manipulations(table: pa.Table, manipulations: Iterable[str]) -> pa.Table:
    """Keep the fakes of some manipulations, and everything that is no fake.

    Args:
        table: What :func:`track_table` returned.
        manipulations: Names of manipulations.

    Raises:
        MissingDataError: There is no fake of one of them.
    """
    wanted = list(manipulations)
    fake = pc.fill_null(pc.equal(table.column("label"), FAKE), False)
    there = set(table.filter(fake).column("manipulation").to_pylist())
    missing = [name for name in wanted if name not in there]
    if missing:
        known = ", ".join(sorted(str(name) for name in there if name)) or "none named"
        raise MissingDataError(f"no fake of the manipulation {missing[0]!r} (there are: {known})")
    kept = pc.is_in(table.column("manipulation"), pa.array(wanted, pa.string()))
    return table.filter(pc.or_(pc.invert(fake), kept))


def fingerprint(table: pa.Table) -> str:
    """Hash what the table says of every file, and the hashes of the files themselves.

    The places of stores and masks do not count: copies of a store have one fingerprint.

    Args:
        table: What :func:`track_table` returned.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    columns = [name for name in COLUMNS if name not in ("store", "reason", "mask")]
    rows = zip(*(table.column(name).to_pylist() for name in columns), strict=True)
    for row in sorted(rows, key=repr):
        digest.update(repr(row).encode("utf-8"))
    return digest.hexdigest()


def _manifest(store: FaceStore) -> pa.Table:
    table = store.manifest
    place = pa.array([str(store.root)] * len(table), pa.string())
    return table.append_column("store", place).select(list(COLUMNS))


def _refuse_doubles(table: pa.Table) -> None:
    counts = pc.value_counts(table.column("track_id").drop_null())
    twice = counts.filter(pc.greater(counts.field("counts"), 1))
    if len(twice):
        name = twice.field("values")[0].as_py()
        where = table.filter(pc.equal(table.column("track_id"), name)).column("store").to_pylist()
        raise StoreError(f"track {name} is in several of the stores given: {', '.join(where)}")


def _with_labels(table: pa.Table, labels: str | Path) -> pa.Table:
    sources: Sequence[str] = table.column("source").to_pylist()
    told = MetadataTable(labels)
    known = told.match(dict.fromkeys(sources))
    if not known:
        raise MissingDataError(
            f"{labels}: none of its files is in the stores, which know them as {sources[:1]}"
        )
    rows = [known.get(os.path.abspath(source), {}) for source in sources]
    rows = [
        {**row, "mask": str(told.folder / row["mask"])} if "mask" in row else row for row in rows
    ]
    for name in METADATA:
        said = pa.array([row.get(name) for row in rows], pa.string())
        column = pc.coalesce(said, table.column(name))
        table = table.set_column(COLUMNS.index(name), name, column)
    return table

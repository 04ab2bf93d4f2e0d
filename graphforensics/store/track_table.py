"""The tracks of several stores, as one table."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from graphforensics.errors import MissingDataError, StoreError
from graphforensics.store.columns import FAKE, METADATA
from graphforensics.store.face_store import FaceStore
from graphforensics.store.metadata_table import MetadataTable
from graphforensics.store.store_names import distinct_names

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
        is the source's name where nothing else is known. Where stores have names of sources in
        common, ``source``, ``origin`` and ``video`` begin with the shortest end of the store's path
        that tells them apart: ``c23/real/1.mp4`` and ``c40/real/1.mp4``. A table of labels may say
        so too.

    Raises:
        StoreError: A store is damaged, or two stores hold tracks of the same file.
        MissingDataError: There is no store, or ``labels`` fits none of the files.
    """
    opened = [store if isinstance(store, FaceStore) else FaceStore(store) for store in stores]
    if not opened:
        raise MissingDataError("no face store was given")
    tables = [_manifest(store) for store in opened]
    _refuse_doubles(pa.concat_tables(tables))
    table = pa.concat_tables(_told_apart(tables))
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
    """Refuse one file in two stores: it would count twice.

    Raises:
        StoreError: Names the track and the stores.
    """
    known = table.filter(
        pc.and_(table.column("track_id").is_valid(), table.column("sha256").is_valid())
    )
    counts = known.group_by(["track_id", "sha256"]).aggregate([([], "count_all")])
    twice = counts.filter(pc.greater(counts.column("count_all"), 1))
    if len(twice):
        name = twice.column("track_id")[0].as_py()
        where = known.filter(pc.equal(known.column("track_id"), name)).column("store").to_pylist()
        raise StoreError(
            f"track {name} is in several of the stores given, of the same file: "
            f"{', '.join(where)}; leave one of them out"
        )


def _told_apart(tables: list[pa.Table]) -> list[pa.Table]:
    """Put the store's name before the names of its files where stores have some in common."""
    sources = [set(table.column("source").to_pylist()) for table in tables]
    counts = Counter(name for names in sources for name in names)
    clash = [any(counts[name] > 1 for name in names) for names in sources]
    places = [_place(table) for table, shares in zip(tables, clash, strict=True) if shares]
    names = distinct_names(places)
    return [
        _prefixed(table, names[_place(table)], own) if shares else table
        for table, own, shares in zip(tables, sources, clash, strict=True)
    ]


def _place(table: pa.Table) -> str:
    place: str = table.column("store")[0].as_py()
    return place


def _prefixed(table: pa.Table, name: str, own: set[str]) -> pa.Table:
    """Begin with ``name`` what a store calls its files and videos, and origins among its files."""
    for column in ("source", "origin", "video"):
        told = [
            f"{name}/{value.lstrip('/')}"
            if value and (value in own or column == "video")
            else value
            for value in table.column(column).to_pylist()
        ]
        table = table.set_column(COLUMNS.index(column), column, pa.array(told, pa.string()))
    return table


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

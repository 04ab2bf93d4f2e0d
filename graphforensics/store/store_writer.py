"""The one writer of a store."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from graphforensics.errors import OutputError, StoreError
from graphforensics.store.columns import METADATA
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.layout import (
    HEADER,
    LOCK,
    MANIFEST,
    PARTIAL,
    RECORD,
    TRACKS,
    read_header,
    sync_folder,
    write_header,
)
from graphforensics.store.lock import FolderLock
from graphforensics.store.manifest import (
    Row,
    known_rows,
    manifest_table,
    read_records,
    source_keys,
    write_manifest,
)
from graphforensics.store.output_errors import writing
from graphforensics.store.publish import REPLACED, TEMPORARY, publish_source, restore_sources
from graphforensics.store.records import SourceRecord
from graphforensics.store.remote_path import RemotePath, StorePath, store_path

_OWN = {HEADER, LOCK, MANIFEST, PARTIAL, REPLACED, TRACKS, f".{HEADER}.tmp", f".{MANIFEST}.tmp"}
# Ending of a folder that waits below PARTIAL until its successor is in its place.
_OLD = ".old"


class StoreWriter:
    """Opens a store for writing, takes in whole sources, writes the manifest at the end.

    A source is made in its own folder below :attr:`partial`, by anyone, and moved to its place
    by :meth:`commit`: the store never holds a part of one. What was in its place is deleted once
    the new source is there; a run that ends in between leaves it aside, and the next puts it
    back. The manifest goes away before the first change and comes back with :meth:`finish`, so
    that it never tells of what is not there.

    A store on a URL cannot rename folders: there :attr:`partial` is a folder of this machine, and
    a source is in the store once its record is, which is written last (see
    :func:`~graphforensics.store.publish.publish_source`).

    Args:
        root: Folder or URL of the store; made if need be.
        options: What the tracks are extracted with; must be those of a store that exists.

    Raises:
        OutputError: On entry, when the folder cannot be written, holds something else, or
            another run is writing to it.
        StoreError: On entry, when the store was made with other options, or is damaged.
    """

    def __init__(self, root: str | Path | RemotePath, options: ExtractionOptions) -> None:
        self.root = store_path(root)
        self.options = options
        self.partial = self.root / PARTIAL if isinstance(self.root, Path) else Path()
        self._records: dict[str, SourceRecord] = {}
        self._known: dict[str, list[Row]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> StoreWriter:
        with writing(self.root), ExitStack() as stack:
            if isinstance(self.root, Path):
                _make_folder(self.root)
                stack.enter_context(FolderLock(self.root))
            else:
                stack.enter_context(FolderLock(self.root))
                temporary = tempfile.TemporaryDirectory(prefix=TEMPORARY)
                self.partial = Path(stack.enter_context(temporary))
            self._prepare()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if isinstance(self.root, Path):
                _put_back(self.root)
            shutil.rmtree(self.partial, ignore_errors=True)
        finally:
            self._stack.close()

    def known(self, key: str) -> SourceRecord | None:
        """Return the record of a source that is whole in the store, or ``None``."""
        return read_whole(self.root, key)

    def told(self, key: str) -> dict[str, str]:
        """Return the metadata of a source by the manifest that was there in the beginning."""
        row = self._known.get(key, [{}])[0]
        return {name: row[name] for name in METADATA if row.get(name)}

    def commit(self, record: SourceRecord, folder: Path) -> None:
        """Move a finished source to its place, in place of an older one.

        Raises:
            OutputError: The store cannot be written.
        """
        if isinstance(self.root, RemotePath):
            publish_source(self.root, folder, record)
        else:
            self._move(self.root, record, folder)
        self._records[record.key] = record

    def adopt(self, record: SourceRecord) -> None:
        """Know of a source that a worker has published."""
        self._records[record.key] = record

    def _move(self, root: Path, record: SourceRecord, folder: Path) -> None:
        with writing(root):
            (root / MANIFEST).unlink(missing_ok=True)
            place = root / TRACKS / record.key
            old = self.partial / f"{record.key}{_OLD}"
            if place.exists():
                os.rename(place, old)
            try:
                os.rename(folder, place)
            except OSError:
                _put_back(root)
                raise
            sync_folder(place.parent)
            shutil.rmtree(old, ignore_errors=True)

    def keep(self, record: SourceRecord) -> None:
        """Leave a source as it is, but for its metadata.

        Raises:
            OutputError: The store cannot be written.
        """
        old = self._records.get(record.key) or read_record(self.root, record.key)
        if old is None or old.metadata != record.metadata:
            with writing(self.root):
                (self.root / MANIFEST).unlink(missing_ok=True)
                self._replace_record(record)
        self._records[record.key] = record

    def _replace_record(self, record: SourceRecord) -> None:
        place = self.root / TRACKS / record.key / RECORD
        if not isinstance(place, Path):
            record.write(place)
            return
        # Not beside the old one, where what a killed run left of it would stay.
        new = self.partial / f"{record.key}.{RECORD}"
        record.write(new)
        os.replace(new, place)
        sync_folder(place.parent)

    def finish(self) -> None:
        """Write the manifest of all sources, those of earlier runs too.

        Raises:
            OutputError: The store cannot be written.
        """
        there = {*source_keys(self.root), *self._records}
        known = {
            key: rows
            for key, rows in self._known.items()
            if key in there and key not in self._records
        }
        others = read_records(self.root, without={*self._records, *known})
        table = manifest_table([*self._records.values(), *others], known)
        with writing(self.root):
            write_manifest(self.root, table)

    def _prepare(self) -> None:
        """Check or write the header, and clear away what a killed run left."""
        if (self.root / HEADER).exists():
            _check_options(self.root, self.options)
        elif foreign := sorted(_names(self.root) - _OWN):
            raise OutputError(
                f"{self.root}: neither empty nor a face store (it holds {foreign[0]!r}); "
                "name a new folder"
            )
        if isinstance(self.root, Path):
            _put_back(self.root)
        else:
            restore_sources(self.root)
        shutil.rmtree(self.partial, ignore_errors=True)
        for name in (HEADER, MANIFEST):
            (self.root / f".{name}.tmp").unlink(missing_ok=True)
        self.partial.mkdir(exist_ok=True)
        if isinstance(self.root, Path):
            (self.root / TRACKS).mkdir(exist_ok=True)
        self._known = known_rows(self.root)
        if not (self.root / HEADER).exists():
            write_header(self.root, self.options)


def read_record(root: StorePath, key: str) -> SourceRecord | None:
    """Return the record of a source, or ``None`` where there is none that can be read."""
    try:
        return SourceRecord.read(root / TRACKS / key / RECORD)
    except StoreError:
        return None


def is_whole(root: StorePath, record: SourceRecord) -> bool:
    """Whether all tracks of a record are in the store."""
    folder = root / TRACKS / record.key
    return all((folder / f"{track.name}.parquet").is_file() for track in record.tracks)


def read_whole(root: StorePath, key: str) -> SourceRecord | None:
    """Return the record of a source if it and all its tracks are in the store."""
    record = read_record(root, key)
    return record if record is not None and is_whole(root, record) else None


def _put_back(root: Path) -> None:
    """Return sources that were moved aside, and whose successors did not come, to their place."""
    for aside in (root / PARTIAL).glob(f"*{_OLD}"):
        place = root / TRACKS / aside.name.removesuffix(_OLD)
        if not place.exists() and (aside / RECORD).is_file():
            os.rename(aside, place)


def _check_options(root: StorePath, options: ExtractionOptions) -> None:
    old, new = read_header(root).to_dict(), options.to_dict()
    changed = [f"{name} {old[name]!r}, now {new[name]!r}" for name in new if old[name] != new[name]]
    if changed:
        raise StoreError(
            f"{root}: made with other options ({'; '.join(changed)}); name another folder, "
            "or use the same options"
        )


def _names(root: StorePath) -> set[str]:
    if isinstance(root, RemotePath):
        return set(root.names())
    return {entry.name for entry in os.scandir(root)}


def _make_folder(root: Path) -> None:
    if root.exists() and not root.is_dir():
        raise OutputError(f"{root}: is a file, not a folder")
    root.mkdir(parents=True, exist_ok=True)

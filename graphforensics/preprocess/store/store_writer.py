"""The one writer of a store."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from graphforensics.errors import OutputError, StoreError
from graphforensics.preprocess.extraction_options import ExtractionOptions
from graphforensics.preprocess.store.layout import (
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
from graphforensics.preprocess.store.lock import StoreLock
from graphforensics.preprocess.store.manifest import manifest_table, read_records, write_manifest
from graphforensics.preprocess.store.records import SourceRecord
from graphforensics.preprocess.store.writing import writing

_OWN = {HEADER, LOCK, MANIFEST, PARTIAL, TRACKS, f".{HEADER}.tmp", f".{MANIFEST}.tmp"}


class StoreWriter:
    """Opens a store for writing, takes in whole sources, writes the manifest at the end.

    A source is made in its own folder below :attr:`partial`, by anyone, and moved to its place
    by :meth:`commit`: the store never holds a part of one. The manifest goes away before the
    first change and comes back with :meth:`finish`, so that it never tells of what is not there.

    Args:
        root: Folder of the store; made if need be.
        options: What the tracks are extracted with; must be those of a store that exists.

    Raises:
        OutputError: On entry, when the folder cannot be written, holds something else, or
            another run is writing to it.
        StoreError: On entry, when the store was made with other options, or is damaged.
    """

    def __init__(self, root: str | Path, options: ExtractionOptions) -> None:
        self.root = Path(root)
        self.options = options
        self.partial = self.root / PARTIAL
        self._records: dict[str, SourceRecord] = {}
        self._stack = ExitStack()

    def __enter__(self) -> StoreWriter:
        with writing(self.root):
            _make_folder(self.root)
        with ExitStack() as stack:
            stack.enter_context(StoreLock(self.root))
            with writing(self.root):
                self._prepare()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.partial, ignore_errors=True)
        self._stack.close()

    def known(self, key: str) -> SourceRecord | None:
        """Return the record of a source that is whole in the store, or ``None``."""
        return read_whole(self.root, key)

    def commit(self, record: SourceRecord, folder: Path) -> None:
        """Move a finished source to its place, in place of an older one.

        Raises:
            OutputError: The store cannot be written.
        """
        with writing(self.root):
            (self.root / MANIFEST).unlink(missing_ok=True)
            place = self.root / TRACKS / record.key
            if place.exists():
                old = self.partial / f"{record.key}.old"
                os.rename(place, old)
                shutil.rmtree(old)
            os.rename(folder, place)
            sync_folder(place.parent)
        self._records[record.key] = record

    def keep(self, record: SourceRecord) -> None:
        """Leave a source as it is, but for its metadata.

        Raises:
            OutputError: The store cannot be written.
        """
        old = self._records.get(record.key) or self.known(record.key)
        if old is None or old.metadata != record.metadata:
            with writing(self.root):
                (self.root / MANIFEST).unlink(missing_ok=True)
                record.write(self.root / TRACKS / record.key / RECORD)
        self._records[record.key] = record

    def finish(self) -> None:
        """Write the manifest of all sources, those of earlier runs too.

        Raises:
            OutputError: The store cannot be written.
        """
        others = (r for r in read_records(self.root) if r.key not in self._records)
        table = manifest_table([*self._records.values(), *others])
        with writing(self.root):
            write_manifest(self.root, table)

    def _prepare(self) -> None:
        """Check or write the header, and clear away what a killed run left."""
        if (self.root / HEADER).exists():
            _check_options(self.root, self.options)
        elif foreign := sorted({entry.name for entry in os.scandir(self.root)} - _OWN):
            raise OutputError(
                f"{self.root}: neither empty nor a face store (it holds {foreign[0]!r}); "
                "name a new folder"
            )
        shutil.rmtree(self.partial, ignore_errors=True)
        for name in (HEADER, MANIFEST):
            (self.root / f".{name}.tmp").unlink(missing_ok=True)
        self.partial.mkdir(exist_ok=True)
        (self.root / TRACKS).mkdir(exist_ok=True)
        if not (self.root / HEADER).exists():
            write_header(self.root, self.options)


def read_whole(root: Path, key: str) -> SourceRecord | None:
    """Return the record of a source if it and all its tracks are in the store."""
    folder = root / TRACKS / key
    try:
        record = SourceRecord.read(folder / RECORD)
    except StoreError:
        return None
    whole = all((folder / f"{track.name}.parquet").is_file() for track in record.tracks)
    return record if whole else None


def _check_options(root: Path, options: ExtractionOptions) -> None:
    old, new = read_header(root).to_dict(), options.to_dict()
    changed = [f"{name} {old[name]!r}, now {new[name]!r}" for name in new if old[name] != new[name]]
    if changed:
        raise StoreError(
            f"{root}: made with other options ({'; '.join(changed)}); name another folder, "
            "or use the same options"
        )


def _make_folder(root: Path) -> None:
    if root.exists() and not root.is_dir():
        raise OutputError(f"{root}: is a file, not a folder")
    root.mkdir(parents=True, exist_ok=True)

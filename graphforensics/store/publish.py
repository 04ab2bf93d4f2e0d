"""Putting a finished source where folders cannot be renamed."""

from __future__ import annotations

from pathlib import Path

from graphforensics.store.layout import MANIFEST, RECORD, TRACKS
from graphforensics.store.output_errors import writing
from graphforensics.store.records import SourceRecord
from graphforensics.store.remote_path import RemotePath

#: How the names of folders of this machine begin that wait to be published.
TEMPORARY = "graphforensics-"
#: Folder of a store that holds copies of sources while others take their place.
REPLACED = ".replaced"


def publish_source(root: RemotePath, folder: Path, record: SourceRecord) -> None:
    """Upload a finished source, its record last.

    A source is in the store when its record is: killed at any time, this leaves the source as it
    was, or none of it, or all of it. Where it leaves none, a copy of what was there waits below
    :data:`REPLACED` (see :func:`restore_sources`). The manifest goes first, then the record of an
    older extraction, then what else is there. Two workers that publish one source write the same
    bytes.

    Args:
        root: The store.
        folder: Folder of this machine with the tracks and the record.
        record: The record.

    Raises:
        OutputError: The store cannot be written.
    """
    place = root / TRACKS / record.key
    tracks = [f"{track.name}.parquet" for track in record.tracks]
    with writing(place):
        (root / MANIFEST).unlink(missing_ok=True)
        there = place.names()
        if RECORD in there:
            _copy(place, root / REPLACED / record.key, there)
        (place / RECORD).unlink(missing_ok=True)
        for name in set(there) - {*tracks, RECORD}:
            (place / name).unlink(missing_ok=True)
        for name in tracks:
            (place / name).upload(folder / name)
        (place / RECORD).write_whole((folder / RECORD).read_bytes())
        _remove(root / REPLACED / record.key)


def restore_sources(root: RemotePath) -> None:
    """Put back sources whose replacement was begun and not ended.

    Args:
        root: The store; nobody else may be writing to it.

    Raises:
        OSError: The store cannot be read or written.
    """
    for key in (root / REPLACED).names():
        copy, place = root / REPLACED / key, root / TRACKS / key
        # The record is copied last, both ways: without one, the source itself was still there.
        if RECORD in copy.names() and not (place / RECORD).is_file():
            for name in place.names():
                (place / name).unlink()
            _copy(copy, place, copy.names())
        _remove(copy)


def _copy(source: RemotePath, target: RemotePath, names: list[str]) -> None:
    for name in [*(name for name in names if name != RECORD), RECORD]:
        (source / name).copy_to(target / name)


def _remove(folder: RemotePath) -> None:
    # The record first: a copy without it is not restored.
    names = folder.names()
    for name in sorted(names, key=lambda name: name != RECORD):
        (folder / name).unlink(missing_ok=True)
    if names:
        folder.remove_empty()


def publish_metadata(root: RemotePath, record: SourceRecord) -> None:
    """Put the record of a source in the place of one with the same tracks.

    Args:
        root: The store.
        record: The record.

    Raises:
        OutputError: The store cannot be written.
    """
    place = root / TRACKS / record.key
    with writing(place):
        (root / MANIFEST).unlink(missing_ok=True)
        record.write(place / RECORD)

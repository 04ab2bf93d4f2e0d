"""Putting a finished source where folders cannot be renamed."""

from __future__ import annotations

from pathlib import Path

from graphforensics.store.layout import MANIFEST, RECORD, TRACKS
from graphforensics.store.records import SourceRecord
from graphforensics.store.remote_path import RemotePath
from graphforensics.store.writing import writing

#: How the names of folders of this machine begin that wait to be published.
TEMPORARY = "graphforensics-"


def publish_source(root: RemotePath, folder: Path, record: SourceRecord) -> None:
    """Upload a finished source, its record last.

    A source is in the store when its record is: killed at any time, this leaves the source as it
    was, or none of it, or all of it. The manifest goes first, then the record of an older
    extraction, then what else is there. Two workers that publish one source write the same bytes.

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
        (place / RECORD).unlink(missing_ok=True)
        for name in set(there) - {*tracks, RECORD}:
            (place / name).unlink(missing_ok=True)
        for name in tracks:
            (place / name).upload(folder / name)
        (place / RECORD).write_whole((folder / RECORD).read_bytes())


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

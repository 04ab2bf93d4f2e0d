"""Writing the tracks of one source."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from graphforensics.store.output_errors import writing
from graphforensics.store.records import TrackRecord
from graphforensics.store.track_frame import TrackFrame
from graphforensics.store.track_writer import TrackWriter


def write_tracks(
    folder: Path, frames: Iterable[TrackFrame], aligned: bool = False
) -> tuple[TrackRecord, ...]:
    """Write ``track_000.parquet`` and so on, a file a person, as the frames come.

    Args:
        folder: Where the files go; made if need be.
        frames: Faces in order of presentation, the persons' mixed.
        aligned: Whether crops are aligned.

    Returns:
        One record a person, in order of appearance.

    Raises:
        OutputError: A file cannot be written.
    """
    writers: dict[int, TrackWriter] = {}
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        for frame in frames:
            if frame.person not in writers:
                path = folder / f"track_{frame.person:03d}.parquet"
                writers[frame.person] = TrackWriter(path, aligned)
            writers[frame.person].write(frame)
        return tuple(writers.pop(person).close() for person in sorted(writers))
    finally:
        for writer in writers.values():
            writer.abandon()

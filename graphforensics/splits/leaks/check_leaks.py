"""Checking that the parts of a data set have nothing in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graphforensics.datasets.frame_reader import count_frames, frames_at
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.errors import GraphForensicsError, LeakError, MissingDataError
from graphforensics.splits.leaks.leak_report import LeakReport
from graphforensics.splits.leaks.near_duplicates import near_duplicates
from graphforensics.splits.leaks.perceptual_hash import perceptual_hash
from graphforensics.splits.leaks.shared_names import people, shared_names
from graphforensics.store.columns import PARTS
from graphforensics.store.face_track import FaceTrack
from graphforensics.store.layout import TRACKS
from graphforensics.store.remote_path import store_path

Part: TypeAlias = "VideoDataset | pa.Table"
# Named in the message of the error; the report has them all.
_NAMED = 5


def check_leaks(
    parts: Mapping[str, Part], frames: int = 3, distance: int = 4, strict: bool = True
) -> LeakReport:
    """Make sure that no person and no video is in two parts, and report almost equal frames.

    Args:
        parts: Name of a part -> a data set (its whole frames are compared), or tracks of
            :func:`~graphforensics.store.track_table.track_table` (face crops are compared).
        frames: Frames a video, evenly over it, that are compared with those of other parts by
            their perceptual hashes; 0 compares none.
        distance: Most bits of 64 in which hashes of near-duplicates differ.
        strict: Raise where people, files or videos are shared; otherwise they are reported only.

    Returns:
        What is shared, near-duplicates, and how much could not be known.

    Two hashes of pictures that have nothing to do with each other differ in 4 bits or fewer about
    once in ten thousand times if they show faces before a plain wall, hardly ever otherwise: an
    entry with several matches is a copy, one with a single match may be chance.

    Raises:
        LeakError: A person, a file, or a video is in two parts; the message names it.
        ValueError: A number is out of range.

    Example:
        >>> from graphforensics.data import FaceForensicsPP
        >>> root = "FaceForensics++"
        >>> parts = {name: FaceForensicsPP(root, name) for name in ("train", "test")}
        ... # doctest: +SKIP
        >>> check_leaks(parts).near_duplicates  # doctest: +SKIP
        ()
    """
    if frames < 0:
        raise ValueError(f"'frames' must not be negative (got {frames})")
    rows = {name: _rows(part) for name, part in parts.items()}
    shared = shared_names(rows)
    if shared and strict:
        raise LeakError(_message([str(name) for name in shared]))
    unread: list[tuple[str, str]] = []
    hashed = {name: list(_hashed(part, frames, unread)) for name, part in parts.items()}
    return LeakReport(
        videos={name: len({row["source"] for row in part}) for name, part in rows.items()},
        shared=tuple(shared),
        unknown={
            name: len({row["source"] for row in part if not people(row)})
            for name, part in rows.items()
        },
        near_duplicates=tuple(near_duplicates(hashed, distance)),
        frames=sum(len(pictures) for pictures in hashed.values()),
        unread=tuple(unread),
    )


def part_tables(table: pa.Table) -> dict[str, pa.Table]:
    """Part a table of tracks by the official split that it names.

    Args:
        table: What :func:`~graphforensics.store.track_table.track_table` returned.

    Raises:
        MissingDataError: Fewer than two parts have a track.
    """
    named = {name: table.filter(pc.equal(table.column("split"), name)) for name in PARTS}
    parts = {name: part for name, part in named.items() if len(part)}
    if len(parts) < 2:
        raise MissingDataError(
            f"the tracks are of {len(parts)} official parts ({', '.join(parts) or 'none'}), "
            "and two are needed to compare"
        )
    return parts


class _Pictures(Protocol):
    """Something that frames can be asked of by number."""

    def __call__(self, numbers: list[int]) -> Mapping[int, NDArray[np.uint8]]: ...


def _rows(part: Part) -> list[dict[str, Any]]:
    if isinstance(part, pa.Table):
        rows: list[dict[str, Any]] = part.to_pylist()
        return rows
    return [{**row, "source": row["path"]} for row in part.table.to_pylist()]


def _hashed(
    part: Part, frames: int, unread: list[tuple[str, str]]
) -> Iterator[tuple[str, int, int]]:
    """Yield file, frame number and hash of some frames of every video."""
    for name, count, pictures in _videos(part, unread) if frames else ():
        places = ((np.arange(min(frames, count)) + 0.5) * count / min(frames, count)).astype(int)
        try:
            shown = pictures(places.tolist())
        except GraphForensicsError as error:
            unread.append((name, str(error)))
            continue
        for number, image in sorted(shown.items()):
            code = perceptual_hash(image)
            if code is not None:
                yield name, number, code


def _videos(part: Part, unread: list[tuple[str, str]]) -> Iterator[tuple[str, int, _Pictures]]:
    if isinstance(part, pa.Table):
        for row in part.to_pylist():
            if row["track_id"] is not None:
                yield row["source"], row["frames"], _crops(row)
        return
    for position in range(len(part)):
        file = part.file(position)
        try:
            count = count_frames(file)
        except GraphForensicsError as error:
            unread.append((str(file), str(error)))
            continue
        yield part.record(position).path, count, _frames(file)


def _frames(file: Path) -> _Pictures:
    return lambda numbers: frames_at(file, numbers)


def _crops(row: Mapping[str, Any]) -> _Pictures:
    track = FaceTrack(store_path(row["store"]) / TRACKS / f"{row['track_id']}.parquet", row)

    def read(numbers: list[int]) -> Mapping[int, NDArray[np.uint8]]:
        places = track.numbers[numbers].tolist()
        return dict(zip(places, track.read(numbers), strict=True))

    return read


def _message(shared: Sequence[str]) -> str:
    rest = len(shared) - _NAMED
    more = f"; and {rest} more" if rest > 0 else ""
    return f"the parts are not apart: {'; '.join(shared[:_NAMED])}{more}"

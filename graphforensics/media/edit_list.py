"""Edit lists of ISO media files (MP4, MOV) that put several pieces together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# The index of a file with a million frames has less than this many bytes.
_LARGEST = 1 << 26
_CONTAINERS = {b"moov", b"trak", b"mdia", b"edts"}


class Edit(NamedTuple):
    """A piece of the video's own timeline.

    Args:
        seconds: How long it is shown.
        start: Where it begins in the video, in seconds; ``None`` shows nothing.
    """

    seconds: float
    start: float | None


def read_edits(path: Path) -> list[Edit]:
    """Read the edits of the first track of moving pictures; empty for other files.

    Raises:
        OSError: The file cannot be read.
    """
    index = _index(path)
    try:
        return _edits(index)
    except (IndexError, ZeroDivisionError):
        # Damage: what FFmpeg makes of the list is used.
        return []


def _edits(index: bytes) -> list[Edit]:
    movie_ticks = 0
    # What the boxes of the track say that is being read: they come in any order.
    rows: list[tuple[int, int]] = []
    ticks = 0
    for kind, body in _boxes(index):
        if kind == b"mvhd":
            movie_ticks = _field(body, 20 if body[0] else 12, 4)
        elif kind == b"trak":
            rows, ticks = [], 0
        elif kind == b"elst":
            rows = _rows(body)
        elif kind == b"mdhd":
            ticks = _field(body, 20 if body[0] else 12, 4)
        elif kind == b"hdlr" and body[8:12] == b"vide":
            return [
                Edit(span / movie_ticks, None if start < 0 else start / ticks)
                for span, start in rows
            ]
    return []


def _rows(body: bytes) -> list[tuple[int, int]]:
    size = 8 if body[0] else 4
    step = 2 * size + 4
    rows = []
    for place in range(8, 8 + step * _field(body, 4, 4), step):
        start = int.from_bytes(body[place + size : place + 2 * size], "big", signed=True)
        rows.append((_field(body, place, size), start))
    return rows


def _field(body: bytes, place: int, size: int) -> int:
    if place + size > len(body):
        raise IndexError(place)
    return int.from_bytes(body[place : place + size], "big")


def _index(path: Path) -> bytes:
    """Return the content of the box that describes the tracks."""
    with open(path, "rb") as file:
        while len(head := file.read(8)) == 8:
            size, kind = int.from_bytes(head[:4], "big"), head[4:]
            used = 8
            if size == 1:
                size, used = int.from_bytes(file.read(8), "big"), 16
            if kind == b"moov" and used <= size <= _LARGEST:
                return file.read(size - used)
            if size < used:
                break
            file.seek(size - used, 1)
    return b""


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of boxes, a container before what it holds."""
    place = 0
    while place + 8 <= len(data):
        size, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        if size < 8:
            return
        body = data[place + 8 : place + size]
        yield kind, body
        if kind in _CONTAINERS:
            yield from _boxes(body)
        place += size

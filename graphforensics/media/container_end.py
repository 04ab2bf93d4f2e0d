"""Whether a file is as long as its container says."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, NamedTuple

# Boxes of ISO media files in which frames, or the list of them, lie. Others may be remains of
# what a camera has put behind the last one.
_BOXES = frozenset([b"mdat", b"moov", b"moof", b"mfra"])
_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
# Writers of AVI count the padding and the header of the last piece in several ways.
_RIFF_SLACK = 64


class ContainerEnd(NamedTuple):
    """Where a file ends.

    Args:
        there: Its size in bytes.
        declared: Size that its container has in full.
    """

    there: int
    declared: int

    @property
    def cut(self) -> bool:
        """Whether the end of the file is missing."""
        return self.declared > self.there


def container_end(path: Path) -> ContainerEnd | None:
    """Compare a file's size with what an ISO (MP4, MOV), Matroska or AVI file says of itself.

    Returns:
        ``None`` for other containers, and where the size was never written (live recordings).

    Raises:
        OSError: The file cannot be read.
    """
    there = path.stat().st_size
    with open(path, "rb") as file:
        head = file.read(12)
        file.seek(0)
        if head[:4] == _EBML:
            declared = _matroska(file)
        elif head[:4] == b"RIFF" and head[8:] == b"AVI ":
            declared = _riff(file, there)
        elif head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
            declared = _iso(file, there)
        else:
            return None
    return None if declared is None else ContainerEnd(there, max(declared, there))


def _iso(file: BinaryIO, there: int) -> int | None:
    place = 0
    while place + 8 <= there:
        file.seek(place)
        head = file.read(16)
        size, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:], "big")
        if size == 0:
            # The last box may leave its size open.
            return None if kind in _BOXES else there
        if size < 8:
            return there
        place += size
        if place > there:
            return place if kind in _BOXES else there
    return place


def _riff(file: BinaryIO, there: int) -> int | None:
    place = 0
    while place + 12 <= there:
        file.seek(place)
        head = file.read(8)
        if head[:4] != b"RIFF":
            break
        size = int.from_bytes(head[4:], "little")
        if size == 0:
            return None
        # Pieces of large files follow one another.
        place += 8 + size + size % 2
    return place if place > there + _RIFF_SLACK else there


def _matroska(file: BinaryIO) -> int | None:
    file.seek(4)
    header = _number(file)
    if header is None:
        return None
    file.seek(header, 1)
    if file.read(4) != _SEGMENT:
        return None
    size = _number(file)
    return None if size is None else file.tell() + size


def _number(file: BinaryIO) -> int | None:
    """Read an EBML number; ``None`` for the one that means unknown."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    more = 8 - first[0].bit_length()
    rest = file.read(more)
    bits = 7 * (more + 1)
    value = int.from_bytes(first + rest, "big") & ((1 << bits) - 1)
    return None if len(rest) < more or value == (1 << bits) - 1 else value

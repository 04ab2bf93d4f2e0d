"""Telling a JPEG image from a raw video of many."""

from __future__ import annotations

import re
from pathlib import Path

from graphforensics.media.formats import MJPEG_SUFFIXES

_START = b"\xff\xd8\xff"
# Frame headers of all kinds of JPEG: they hold the size.
_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_SCAN, _END = 0xDA, 0xD9
# The next marker after compressed data, in which 0xFF is followed by zero or a restart mark.
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)


def is_jpeg_sequence(path: Path) -> bool:
    """Whether a file that begins as a JPEG image goes on with a second one of the same size.

    Cameras put previews, gain maps and clips behind an image: these have another size, or begin
    later. Of a file that is called ``.mjpeg`` the size does not matter.

    Raises:
        OSError: The file cannot be read.
    """
    with open(path, "rb") as file:
        if file.read(3) != _START:
            return False
    data = path.read_bytes()
    first = _image(data, 0)
    if first is None or not data.startswith(_START, first[1]):
        return False
    if path.suffix.lower() in MJPEG_SUFFIXES:
        return True
    second = _image(data, first[1])
    return second is not None and second[0] == first[0]


def _image(data: bytes, place: int) -> tuple[bytes, int] | None:
    """Return the bytes that say an image's size, and where it ends; ``None``: it is cut off."""
    size, place = b"", place + 2
    while place + 4 <= len(data) or data[place : place + 2] == b"\xff\xd9":
        if data[place] != 0xFF:
            return None
        kind = data[place + 1]
        if kind == 0xFF:
            place += 1
            continue
        if kind == _END:
            return size, place + 2
        if kind in _SIZES:
            size = data[place + 5 : place + 9]
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if kind == _SCAN:
            found = _MARKER.search(data, place)
            if found is None:
                return None
            place = found.end() - 2
    return None

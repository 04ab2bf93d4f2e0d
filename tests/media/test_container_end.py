"""Sizes that containers declare, against bytes laid out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphforensics.media.container_end import container_end


def _box(kind: bytes, body: bytes, size: int | None = None) -> bytes:
    return (8 + len(body) if size is None else size).to_bytes(4, "big") + kind + body


FILES = {
    "whole mp4": (_box(b"ftyp", b"isom") + _box(b"mdat", b"x" * 20), 0),
    "cut mp4": (_box(b"ftyp", b"isom") + _box(b"mdat", b"x" * 20, size=128), 100),
    "wide box": (
        _box(b"ftyp", b"isom") + _box(b"mdat", (50).to_bytes(8, "big") + b"x" * 20, size=1), 14
    ),
    "remains of a camera": (_box(b"ftyp", b"isom") + _box(b"moov", b"") + b"junk" * 5, 0),
    "open end": (_box(b"ftyp", b"isom") + _box(b"mdat", b"x" * 20, size=0), None),
    "whole avi": (b"RIFF" + (104).to_bytes(4, "little") + b"AVI " + b"x" * 100, 0),
    "cut avi": (b"RIFF" + (1104).to_bytes(4, "little") + b"AVI " + b"x" * 100, 1000),
    "two pieces": (
        (b"RIFF" + (104).to_bytes(4, "little") + b"AVI " + b"x" * 100)
        + (b"RIFF" + (504).to_bytes(4, "little") + b"AVIX" + b"x" * 100),
        400,
    ),
    "avi that was never finished": (b"RIFF\0\0\0\0AVI " + b"x" * 50, None),
    "whole mkv": (b"\x1a\x45\xdf\xa3\x82ab\x18\x53\x80\x67\x84abcd", 0),
    "cut mkv": (b"\x1a\x45\xdf\xa3\x82ab\x18\x53\x80\x67\x40\x40abcd", 60),
    "live mkv": (b"\x1a\x45\xdf\xa3\x82ab\x18\x53\x80\x67\x01" + b"\xff" * 7 + b"abcd", None),
    "another kind": (b"FLV\x01" + bytes(40), None),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_missing_bytes(name: str, tmp_path: Path) -> None:
    data, missing = FILES[name]
    path = tmp_path / "file"
    path.write_bytes(data)
    end = container_end(path)
    if missing is None:
        assert end is None
    else:
        assert end is not None
        assert (end.there, end.declared - end.there, end.cut) == (len(data), missing, missing > 0)

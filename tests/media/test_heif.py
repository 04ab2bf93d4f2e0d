"""HEIC pictures, with and without the package that reads them."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from graphforensics.errors import UnreadableMediaError
from graphforensics.media.decode import probe, read_frames
from graphforensics.media.heif import heif_kind


def _ftyp(*brands: bytes) -> bytes:
    body = brands[0] + bytes(4) + b"".join(brands[1:])
    return (8 + len(body)).to_bytes(4, "big") + b"ftyp" + body + bytes(64)


@pytest.mark.parametrize(
    ("brands", "kind"),
    [
        ((b"heic", b"mif1", b"heic"), "heic"),
        ((b"mif1", b"heic"), "heic"),
        ((b"avif", b"mif1", b"miaf"), "avif"),
        ((b"msf1", b"heic", b"hevc"), None),
        ((b"isom", b"iso2", b"avc1", b"mp41"), None),
        ((b"qt  ",), None),
    ],
)
def test_kinds(brands: tuple[bytes, ...], kind: str | None, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(_ftyp(*brands))
    assert heif_kind(path) == kind


def test_one_picture_as_it_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heif = pytest.importorskip("pillow_heif")
    if not heif.libheif_info()["encoders"]:
        pytest.skip("pillow-heif was built without an encoder")
    shown = np.ascontiguousarray(astronaut()[:300, :500])
    path = tmp_path / "phone.heic"
    heif.from_pillow(Image.fromarray(shown)).save(str(path), quality=95)
    # Other packages may have registered the format with Pillow.
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)
    info = probe(path)
    assert (info.kind, info.width, info.height, info.frames) == ("image", 500, 300, 1)
    [frame] = read_frames(path)
    assert np.abs(frame.image.astype(int) - shown).mean() < 4
    # We do not, behind the user's back.
    assert "HEIF" not in Image.OPEN


def test_without_the_package_the_error_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    path = tmp_path / "phone.heic"
    path.write_bytes(_ftyp(b"heic", b"mif1", b"heic"))
    with pytest.raises(UnreadableMediaError, match=r"graphforensics\[heif\]"):
        probe(path)

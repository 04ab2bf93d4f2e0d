"""JPEG images in a row, and images with something behind them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from graphforensics.media.decode import probe, read_frames


def _jpeg(side: int, shade: int = 0, **options: object) -> bytes:
    image = np.roll(astronaut()[:side, :side], shade, axis=1)
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("name", ["raw.mjpeg", "camera.bin", "named.jpg"])
def test_many_of_one_size_are_a_clip(name: str, options: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"".join(_jpeg(96, 8 * number, **options) for number in range(7)))
    info = probe(path)
    assert (info.kind, info.frames, info.width) == ("video", 7, 96)
    frames = [frame.image.astype(int) for frame in read_frames(path)]
    for number, frame in enumerate(frames):
        with Image.open(io.BytesIO(_jpeg(96, 8 * number, **options))) as image:
            assert np.abs(frame - np.asarray(image)).mean() < 3


@pytest.mark.parametrize(
    "rest",
    [b"", b"\xff\xd8\xff", b"a clip of the moment", _jpeg(32), _jpeg(96)[:40], b"\0\0" + _jpeg(96)],
    ids=["nothing", "a start", "a motion photo", "a preview", "a cut one", "a later one"],
)
def test_what_cameras_put_behind_an_image_makes_no_clip(rest: bytes, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(_jpeg(96) + rest)
    assert (probe(path).kind, probe(path).frames) == ("image", 1)
    thumbnail = tmp_path / "thumbnail.jpg"
    exif = Image.Exif()
    exif[0x010E] = "a description" * 20
    thumbnail.write_bytes(_jpeg(96, exif=exif) + rest)
    assert probe(thumbnail).kind == "image"


def test_one_image_called_mjpeg(tmp_path: Path) -> None:
    path = tmp_path / "one.mjpeg"
    path.write_bytes(_jpeg(64))
    assert probe(path).kind == "image"

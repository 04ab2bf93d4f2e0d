"""One table of endings: folders are searched for everything that is read, and it is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from graphforensics.media.decode import probe, read_frames
from graphforensics.media.formats import IMAGE_SUFFIXES, PILLOW_FORMATS
from graphforensics.media.source_files import find_media

Image.init()
_SAVED = sorted(
    suffix for suffix in IMAGE_SUFFIXES if Image.registered_extensions().get(suffix) in Image.SAVE
)


@pytest.mark.parametrize("suffix", _SAVED)
def test_a_picture_of_every_format_is_found_and_is_a_picture(suffix: str, tmp_path: Path) -> None:
    image = Image.fromarray(np.ascontiguousarray(astronaut()[64:192, 160:288]))
    path = tmp_path / f"face{suffix}"
    form = Image.registered_extensions()[suffix]
    if suffix == ".pfm":
        image = image.convert("F")
    if suffix == ".pbm":
        image = image.convert("1")
    image.save(path, form)
    assert find_media([tmp_path]) == ([path], [])
    info = probe(path)
    assert (info.kind, info.frames) == ("image", 1)
    [frame] = read_frames(path)
    wanted = np.asarray(image.convert("RGB").resize((info.width, info.height)))
    assert np.abs(frame.image.astype(int) - wanted).mean() < 12


def test_all_endings_of_the_formats_are_searched_for() -> None:
    known = {
        suffix
        for suffix, form in Image.registered_extensions().items()
        if form in (*PILLOW_FORMATS, "TGA", "ICO", "PCX")
    }
    assert known <= IMAGE_SUFFIXES


@pytest.mark.parametrize(
    ("name", "top"), [("unit.tif", 1.0), ("bytes.tif", 255.0), ("words.tif", 65535.0)]
)
def test_floating_point_levels(name: str, top: float, tmp_path: Path) -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float32).reshape(16, 16)
    Image.fromarray(ramp * np.float32(top)).save(tmp_path / name)
    [frame] = read_frames(tmp_path / name)
    np.testing.assert_allclose(frame.image[..., 0], ramp * 255, atol=0.51)


@pytest.mark.parametrize("name", ["clip 12:30.mp4", "12:30.mp4", "-clip.mp4"])
def test_names_that_look_like_something_else(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from graphforensics.media.write_clip import write_clip

    write_clip(tmp_path / name, [np.full((32, 48, 3), 90, np.uint8)] * 3)
    monkeypatch.chdir(tmp_path)
    assert probe(name).frames == 3

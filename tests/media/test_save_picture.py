from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from graphforensics.errors import OutputError
from graphforensics.media.resize import resize, shrink
from graphforensics.media.save_picture import picture_format, save_picture

PICTURE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)


@pytest.mark.parametrize("name", ["a.png", "a.PNG", "a.bmp", "a.tiff"])
def test_the_ending_names_the_format(tmp_path: Path, name: str) -> None:
    save_picture(PICTURE, tmp_path / name)
    with Image.open(tmp_path / name) as image:
        assert image.format == picture_format(name)
        np.testing.assert_array_equal(np.asarray(image), PICTURE)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a.xyz", "a", "none/a.png"])
def test_what_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match=f"{name}: cannot be written"):
        save_picture(PICTURE, tmp_path / name)


def test_sizes() -> None:
    assert resize(PICTURE, 12, 12).shape == (12, 12, 3)
    assert resize(PICTURE[..., 0], 12, 12).shape == (12, 12)
    assert shrink(PICTURE, 15).shape == (10, 15, 3)
    np.testing.assert_array_equal(shrink(PICTURE, 64), PICTURE)

"""Grey values and small copies against the colours of the whole frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.open_media import open_media
from graphforensics.media.picture import ArrayPicture, Picture, Turn
from tests.media.video_maker import make_video


@pytest.mark.parametrize("form", ["yuv420p", "yuv444p", "yuv420p10le", "yuvj420p"])
@pytest.mark.parametrize("degrees", [0, 90])
def test_video_pictures(form: str, degrees: int, tmp_path: Path) -> None:
    # 180 columns: rows of the decoder are padded, whatever turn follows.
    frames = list(moving_face(2, size=(120, 180), scale=0.8))
    path = make_video(
        tmp_path / "clip.mp4", frames, pixel_format=form, rotation=(degrees, False, False)
    )
    for picture in open_media(path).pictures():
        _check(picture, np.rot90(frames[picture.number], degrees // 90))


def test_array_pictures() -> None:
    image = next(moving_face(1, size=(120, 180), scale=0.8))
    _check(ArrayPicture(image, 0, 0.0), image)


def _check(picture: Picture, image: np.ndarray) -> None:
    height, width = image.shape[:2]
    assert (picture.height, picture.width) == (height, width)
    assert np.abs(picture.rgb().astype(float) - image).mean() < 6
    assert picture.rgb().flags.c_contiguous
    # Brightness may be of limited range (16 to 235): it rises with the image's all the same.
    grey = picture.grey()
    assert grey.shape == (height, width)
    assert np.corrcoef(grey.ravel(), image.mean(axis=2).ravel())[0, 1] > 0.98
    blocks = image.reshape(height // 4, 4, width // 4, 4, 3).mean(axis=(1, 3))
    small = picture.small(width // 4, height // 4, colour=True)
    assert np.abs(small.astype(float) - blocks).mean() < 6
    dim = picture.small(width // 4, height // 4, colour=False)
    assert dim.shape == (height // 4, width // 4)
    assert np.corrcoef(dim.ravel(), blocks.mean(axis=2).ravel())[0, 1] > 0.98


@pytest.mark.parametrize("degrees", [0, 90, 180, -180, -90, 270, 89.6])
def test_turns_by_degrees_and_by_pixels(degrees: float) -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    turned = Turn.of_degrees(degrees).apply(pixels)
    np.testing.assert_array_equal(turned, np.rot90(pixels, round(degrees / 90)))

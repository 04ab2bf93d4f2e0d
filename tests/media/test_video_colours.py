from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.data import astronaut

from graphforensics.datasets.perturbation.h264 import h264
from graphforensics.media.decode import read_frames
from graphforensics.media.video_colours import RGBConverter, video_frame
from graphforensics.media.write_clip import write_clip


def bt601(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Luma and chroma by the equations of ITU-R BT.601, limited range, in float64."""
    matrix = [[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]]
    return image.astype(np.float64) @ np.array(matrix).T / 255 + [16, 128, 128]


def rgb_of(luma_chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    y, u, v = np.moveaxis((luma_chroma - [16, 128, 128]) / [219, 224, 224] * 255, -1, 0)
    red, blue = y + 1.402 * v, y + 1.772 * u
    green = (y - 0.299 * red - 0.114 * blue) / 0.587
    return np.clip(np.stack([red, green, blue], axis=-1), 0, 255)


def test_frames_hold_the_rounded_luma() -> None:
    image = astronaut()[:128, :160]
    luma = video_frame(image).to_ndarray()[:128]
    assert np.abs(luma - bt601(image)[..., 0]).max() <= 0.6


def test_colours_come_back_as_the_equations_say() -> None:
    rng = np.random.default_rng(0)
    levels = rng.integers(40, 216, (48, 1, 1, 3)).astype(np.uint8)
    for image in np.broadcast_to(levels, (48, 16, 16, 3)):
        frame = video_frame(image, "yuv444p")
        planes = frame.to_ndarray().reshape(3, 16, 16).transpose(1, 2, 0).astype(np.float64)
        assert np.abs(RGBConverter()(frame) - rgb_of(planes)).max() <= 1.0


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p"])
def test_a_clip_is_as_bright_as_its_frames(tmp_path: Path, pixel_format: str) -> None:
    image = astronaut()[:256, :320]
    options = {"crf": "0"}
    write_clip(tmp_path / "a.mp4", [image] * 3, options=options, pixel_format=pixel_format)
    for frame in read_frames(tmp_path / "a.mp4"):
        assert np.abs((frame.image - image.astype(float)).mean(axis=(0, 1))).max() < 0.1
    with av.open(str(tmp_path / "a.mp4")) as container:
        (first, *_) = container.decode(video=0)
        assert (int(first.colorspace), int(first.color_range)) == (5, 1)


def test_h264_is_as_bright_as_its_pictures() -> None:
    image = astronaut()[:255, :321]
    for coded in h264([image] * 2, 0):
        assert np.abs((coded - image.astype(float)).mean(axis=(0, 1))).max() < 0.1


@pytest.mark.parametrize("pixel_format", ["gray", "rgb24", "gbrp", "nv12", "yuv420p10le"])
def test_other_formats(pixel_format: str) -> None:
    image = np.full((16, 16, 3), 90, np.uint8)
    found = RGBConverter()(video_frame(image, pixel_format))
    assert found.shape == image.shape
    assert np.abs(found.astype(int) - 90).max() <= 2

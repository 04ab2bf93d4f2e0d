import numpy as np
import pytest
from scipy.ndimage import map_coordinates
from skimage.data import astronaut

from graphforensics.tamper.warp import sample_picture


@pytest.fixture
def picture() -> np.ndarray:
    return astronaut()[60:100, 200:230].astype(np.float32)


def test_whole_places_read_pixels(picture: np.ndarray) -> None:
    height, width = picture.shape[:2]
    places = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=2)
    for mode in ("bicubic", "bilinear"):
        read = sample_picture(picture, places, mode)
        np.testing.assert_allclose(read, picture, atol=1e-2)


def test_between_pixels_as_scipy_does(picture: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    places = rng.uniform((-3, -3), (33, 43), (8, 9, 2))
    read = sample_picture(picture, places, "bilinear")
    for channel in range(3):
        at = [places[..., 1], places[..., 0]]
        theirs = map_coordinates(picture[..., channel], at, order=1, mode="nearest")
        np.testing.assert_allclose(read[..., channel], theirs, atol=0.05)


def test_nan_reads_the_corner(picture: np.ndarray) -> None:
    read = sample_picture(picture, np.full((1, 1, 2), np.nan), "bilinear")
    np.testing.assert_allclose(read[0, 0], picture[0, 0], atol=1e-3)

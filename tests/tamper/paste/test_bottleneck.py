import numpy as np
import pytest
from skimage.data import astronaut

from graphforensics.tamper.paste import bottleneck


def _power(picture: np.ndarray, least: float) -> float:
    """Share of the spectrum's power above a frequency, in cycles a pixel."""
    grey = picture.mean(axis=2)
    # Without a window the jump from one rim to the other is fine detail.
    window = np.outer(*(np.hanning(length) for length in grey.shape))
    spectrum = np.abs(np.fft.fft2((grey - grey.mean()) * window)) ** 2
    across, down = np.meshgrid(*(np.fft.fftfreq(length) for length in grey.shape), indexing="ij")
    return float(spectrum[np.hypot(across, down) > least].sum())


def test_fine_detail_goes_and_coarse_stays() -> None:
    picture = astronaut()[:256, 100:356].astype(np.float32)
    small = bottleneck(picture, face=200, size=50)
    assert small.shape == picture.shape
    # A quarter of the size knows frequencies up to an eighth of a cycle a pixel.
    assert _power(small, 0.2) < 0.05 * _power(picture, 0.2)
    assert _power(small, 0.0) > 0.9 * _power(picture, 0.0)
    np.testing.assert_allclose(small.mean(axis=(0, 1)), picture.mean(axis=(0, 1)), atol=0.5)


def test_white_noise_is_taken_away() -> None:
    noise = np.random.default_rng(0).normal(128, 4, (128, 128, 3))
    assert bottleneck(noise, face=100, size=50)[8:-8, 8:-8].std() < 2.6


def test_a_small_face_stays_as_it_is() -> None:
    picture = astronaut()[:32, :32].astype(np.float32)
    np.testing.assert_array_equal(bottleneck(picture, face=30, size=128), picture)


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="'face' and 'size' must be positive"):
        bottleneck(np.zeros((4, 4, 3)), face=0, size=3)

"""Sharpness against SciPy's Laplacian, and against blur."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, laplace
from skimage.data import astronaut

from graphforensics.preprocess.crop.sharpness import sharpness


def test_small_faces_against_scipy() -> None:
    face = np.random.default_rng(0).integers(0, 256, (50, 40), dtype=np.uint8)
    wanted = laplace(face.astype(np.float64))[1:-1, 1:-1].var()
    assert sharpness(face) == pytest.approx(wanted, rel=1e-5)
    assert sharpness(np.repeat(face[:, :, None], 3, axis=2)) == pytest.approx(wanted, rel=1e-5)


def test_blur_lowers_it() -> None:
    face = astronaut()[68:184, 172:288]
    values = [
        sharpness(gaussian_filter(face, (sigma, sigma, 0)) if sigma else face)
        for sigma in (0, 1, 2, 4)
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] > 100
    assert values[-1] < 20


@pytest.mark.parametrize("times", [2, 5])
def test_size_does_not_matter(times: int) -> None:
    face = astronaut()[72:168, 176:272]
    larger = np.repeat(np.repeat(face, times, axis=0), times, axis=1)
    assert sharpness(larger) == pytest.approx(sharpness(face), rel=1e-3)


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 9), (3, 3)])
def test_flat_and_tiny(shape: tuple[int, ...]) -> None:
    assert sharpness(np.full(shape, 9, np.uint8)) == 0.0

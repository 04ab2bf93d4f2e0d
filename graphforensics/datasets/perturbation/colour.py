"""Perturbations of a picture's colours, pixel by pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

# Luma and chroma of ITU-R BT.601 in studio range, as shares of 255; RGB is 0..1.
_LUMA = np.array([0.299, 0.587, 0.114])
_BLUE = (np.array([0.0, 0.0, 1.0]) - _LUMA) / (2 * (1 - _LUMA[2]))
_RED = (np.array([1.0, 0.0, 0.0]) - _LUMA) / (2 * (1 - _LUMA[0]))
_FORTH = np.stack([219 * _LUMA, 224 * _BLUE, 224 * _RED]) / 255
_BACK = np.linalg.inv(_FORTH)


def saturation(image: Image, share: float) -> Image:
    r"""Keep a share of the chroma: :math:`C' = 1/2 + share \cdot (C - 1/2)` in YCbCr.

    Args:
        image: RGB ``[H, W, 3]``.
        share: Below 1 greyer, 0 grey.
    """
    pixels = image.astype(np.float64)
    grey = (pixels @ _LUMA)[..., None]
    return rounded(grey + share * (pixels - grey))


def contrast(image: Image, share: float) -> Image:
    """Multiply every pixel: the picture becomes darker and flatter.

    Args:
        image: RGB ``[H, W, 3]``.
        share: Factor in [0, 1].
    """
    return rounded(image.astype(np.float64) * share)


def gaussian_noise(image: Image, variance: float, rng: np.random.Generator) -> Image:
    """Add white noise to luma and chroma, in studio range as a share of 255.

    Args:
        image: RGB ``[H, W, 3]``.
        variance: Variance of each of the three components.
        rng: Source of the noise.
    """
    noise = rng.normal(0.0, np.sqrt(variance), image.shape) @ _BACK.T
    return rounded(image + 255 * noise)


def rounded(pixels: NDArray[np.float64]) -> Image:
    """Return bytes; what is out of range becomes 0 or 255."""
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)

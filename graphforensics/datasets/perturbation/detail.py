"""Perturbations that take detail away."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import correlate1d
from torch.nn.functional import interpolate

from graphforensics.datasets.perturbation.colour import Image, rounded


def blur(image: Image, side: int) -> Image:
    r"""Blur with a Gaussian window of ``side`` pixels and :math:`\sigma = side / 6`.

    Beyond the rim the picture is mirrored, the rim itself not repeated.

    Args:
        image: RGB ``[H, W, 3]``.
        side: Odd number of pixels.
    """
    reach = np.arange(side) - side // 2
    window: NDArray[np.float64] = np.exp(-0.5 * (reach / (side / 6)) ** 2)
    window /= window.sum()
    pixels = image.astype(np.float64)
    for axis in (0, 1):
        pixels = correlate1d(pixels, window, axis=axis, mode="mirror")
    return rounded(pixels)


def pixelation(image: Image, factor: int) -> Image:
    """Scale down by ``factor`` and up again, bilinearly and without a filter in between.

    Args:
        image: RGB ``[H, W, 3]``.
        factor: How many times smaller; a side does not fall below one pixel.
    """
    height, width = image.shape[:2]
    pixels = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None].double()
    small = (max(height // factor, 1), max(width // factor, 1))
    coarse = interpolate(pixels, small, mode="bilinear", align_corners=False).round()
    again = interpolate(coarse, (height, width), mode="bilinear", align_corners=False)
    return rounded(again[0].permute(1, 2, 0).numpy())

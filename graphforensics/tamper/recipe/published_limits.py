"""The numbers of self-blended images as they were published.

From K. Shiohara and T. Yamasaki, Detecting deepfakes with self-blended images, CVPR 2022, and the
authors' program (github.com/mapooon/SelfBlendedImages: ``src/utils/sbi.py``, ``blend.py``,
``funcs.py``), written down as numbers of :class:`SelfBlendRecipe`. What is counted in pixels there
becomes shares of our crop: the program's crop is 2 by 2.4 boxes of the landmarks, ours 1.3.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

#: Their crop over ours, across and down.
_ACROSS, _DOWN = 2.0 / 1.3, 2.4 / 1.3

#: Added to each of red, green and blue by itself, in levels, and how often.
RGB_SHIFT, RGB_SHIFT_CHANCE = 20.0, 0.3
#: Hue of 180, saturation and value of 255: less than one level, as the program's numbers are.
HUE, SATURATION, VALUE = 0.3 / 180, 0.3 / 255, 0.3 / 255
#: Brightness in shares of white; contrast multiplies from black.
BRIGHTNESS, CONTRAST = 0.1, 0.1
#: Times smaller, by taking every so many-th pixel.
DOWNSCALE = (2.0, 4.0)
#: Share of the sharpened picture in what comes out, and how much of a flat area it keeps.
SHARPEN_SHARE, SHARPEN_LIGHTNESS = (0.2, 0.5), (0.5, 1.0)
SHIFT = (0.03 * _ACROSS, 0.015 * _DOWN)
SCALE = (0.95, 1 / 0.95)
FOREHEAD, FOREHEAD_CHANCE = (0.5, 1.5), 0.75
#: 50 times a Gaussian of 7 pixels over U(-1, 1): 1.2 pixels, of a crop of some 300.
ELASTIC = 50 / math.sqrt(3) / (2 * math.sqrt(math.pi) * 7) / 300 * _ACROSS
#: Sides of the picture in which the mask is blurred, and of the two kernels, in its pixels.
MASK_SIDE, KERNELS = (192, 256), tuple(range(5, 26, 2))
#: Standard deviations of the second blur. Beyond its kernel nothing is left of it.
BLUR_SIGMA = (5, 45)
BLEND_RATIOS = (0.25, 0.5, 0.75, 1.0, 1.0, 1.0)

#: Standard deviation over the radius of a Gaussian that ends after two standard deviations.
_OURS = 0.5 * 0.8796


def mask_pixel(across: Tensor, down: Tensor) -> Tensor:
    """Return a pixel of the picture in which masks are blurred, as a share of our crop's side.

    Args:
        across: Width of that picture.
        down: Its height.
    """
    return math.sqrt(_ACROSS * _DOWN) / (across * down).sqrt()


def erosion_pixels(kernel: Tensor) -> Tensor:
    """Return how far a mask is drawn in, in its pixels.

    What the first blur touches is cut off. Its kernel is a square, which reaches farther on the
    diagonal: 4 / pi times as far on average over all directions. One pixel more is lost where the
    enlarged mask is between 0 and 1.
    """
    return (kernel - 1) / 2 * (4 / math.pi) + 1


def blur_pixels(kernel: Tensor, sigma: Tensor) -> Tensor:
    """Return the radius of our blur that is as wide as the program's, in the mask's pixels.

    The program's is a Gaussian that is cut off long before it ends, almost a box; ours ends after
    two standard deviations. The standard deviations of the two kernels are made equal.

    Args:
        kernel: Side of the kernel, odd.
        sigma: Standard deviation of the Gaussian.
    """
    table = torch.from_numpy(_SPREADS).to(kernel.device, torch.float32)
    row = ((kernel - KERNELS[0]) / 2).long()
    return table[row, (sigma - BLUR_SIGMA[0]).long()] / _OURS


def _spreads() -> NDArray[np.float64]:
    """Return the standard deviations of all kernels, ``[kernels, sigmas]``."""
    rows = []
    for kernel in KERNELS:
        place = np.arange(kernel) - (kernel - 1) / 2
        sigmas = np.arange(BLUR_SIGMA[0], BLUR_SIGMA[1] + 1)[:, None]
        weight = np.exp(-(place**2) / (2 * sigmas**2))
        rows.append(np.sqrt((weight * place**2).sum(axis=1) / weight.sum(axis=1)))
    return np.stack(rows)


_SPREADS = _spreads()

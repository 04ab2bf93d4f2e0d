"""Perturbations that cover parts of a picture."""

from __future__ import annotations

import numpy as np

from graphforensics.datasets.perturbation.colour import Image

_BLOCK, _BLOCK_GREY = 8, 128
#: Side of a random patch as a share of the picture's shorter side: LRL's 5 x 5 patches.
_PATCH = 1 / 5


def block_noise(image: Image, count: int, rng: np.random.Generator) -> Image:
    """Put grey blocks of 8 x 8 pixels at random places.

    Args:
        image: RGB ``[H, W, 3]``.
        count: Blocks of a picture whose shorter side is 256; others have proportionally many.
        rng: Draws the places.
    """
    covered: Image = image.copy()
    height, width = image.shape[:2]
    for _ in range(round(min(height, width) / 256 * count)):
        top, left = _corner(height, width, _BLOCK, rng)
        covered[top : top + _BLOCK, left : left + _BLOCK] = _BLOCK_GREY
    return covered


def random_patches(image: Image, count: int, rng: np.random.Generator) -> Image:
    """Cover square patches, a fifth of the shorter side each, with a random colour each.

    Args:
        image: RGB ``[H, W, 3]``.
        count: Number of patches; they may overlap.
        rng: Draws places, as shares of the sides, and colours.
    """
    covered: Image = image.copy()
    height, width = image.shape[:2]
    side = max(round(_PATCH * min(height, width)), 1)
    for _ in range(count):
        top, left = _corner(height, width, side, rng)
        covered[top : top + side, left : left + side] = rng.integers(0, 256, 3)
    return covered


def _corner(height: int, width: int, side: int, rng: np.random.Generator) -> tuple[int, int]:
    """Draw shares, not pixels, so that crops of other sizes are covered at the same places."""
    down, right = rng.random(2)
    return round(down * max(height - side, 0)), round(right * max(width - side, 0))

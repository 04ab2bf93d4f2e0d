"""A part of a frame that is kept while the frame itself is let go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphforensics.preprocess.crop.box import Box, square_around


@dataclass(frozen=True)
class Region:
    """Pixels around a face and where they come from.

    Args:
        pixels: RGB ``[h, w, 3]``, ``uint8``.
        left: Column of the frame where they begin.
        top: Row of the frame where they begin.
    """

    pixels: NDArray[np.uint8]
    left: int
    top: int

    @classmethod
    def around(cls, image: NDArray[np.uint8], box: Box, scale: float) -> Region:
        """Copy a square ``scale`` times as large as a box, as far as the frame reaches."""
        x, y, side = square_around(box, scale)
        height, width = image.shape[:2]
        # At least one pixel, even for a box that lies outside.
        left = min(max(0, int(np.floor(x - side / 2))), width - 1)
        top = min(max(0, int(np.floor(y - side / 2))), height - 1)
        right = min(width, max(left + 1, int(np.ceil(x + side / 2))))
        bottom = min(height, max(top + 1, int(np.ceil(y + side / 2))))
        return cls(image[top:bottom, left:right].copy(), left, top)

    def cut(self, left: int, top: int, side: int) -> NDArray[np.uint8]:
        """Copy a square of frame pixels; beyond the region its outermost pixels are repeated.

        Args:
            left: First column of the square in the frame.
            top: First row of the square in the frame.
            side: Width and height in pixels.
        """
        height, width = self.pixels.shape[:2]
        x0, y0 = left - self.left, top - self.top
        if x0 >= 0 and y0 >= 0 and x0 + side <= width and y0 + side <= height:
            return np.array(self.pixels[y0 : y0 + side, x0 : x0 + side])
        rows = np.clip(np.arange(y0, y0 + side), 0, height - 1)
        columns = np.clip(np.arange(x0, x0 + side), 0, width - 1)
        repeated: NDArray[np.uint8] = self.pixels[rows[:, None], columns]
        return repeated

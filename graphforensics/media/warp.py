"""Pictures moved by an affine map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def warp(image: NDArray[np.uint8], matrix: NDArray[np.float64], size: int) -> NDArray[np.uint8]:
    """Look up every pixel of a square in a picture, by cubic interpolation.

    Args:
        image: RGB ``[H, W, 3]``, ``uint8``.
        matrix: ``[2, 3]``: from places in the result to places in ``image``, both counted from the
            corner of the first pixel.
        size: Side of the result in pixels.

    Returns:
        ``[size, size, 3]``, black where the map leaves the picture; not to be written to.
    """
    moved = Image.fromarray(image).transform(
        (size, size), Image.Transform.AFFINE, tuple(matrix.ravel()), Image.Resampling.BICUBIC
    )
    return np.asarray(moved)

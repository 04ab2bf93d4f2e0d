"""Pictures in another size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def resize_picture(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return a square picture, bicubic.

    Args:
        image: RGB or grey.
        side: Its new width and height.

    Shapes:
        ``image [H, W, 3]`` or ``[H, W]``; output ``[side, side, 3]`` or ``[side, side]``.
    """
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))


def shrink_picture(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return a copy whose longer side is at most ``side`` pixels.

    Args:
        image: RGB, ``[H, W, 3]``.
        side: The bound.
    """
    picture = Image.fromarray(image)
    picture.thumbnail((side, side))
    return np.array(picture)

"""Reducing a picture without aliasing."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import interpolate


def reduce_picture(picture: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    """Reduce a picture with a bicubic low-pass filter.

    Args:
        picture: Pixels ``[H, W, C]``, ``float32``.
        scale: Length after over length before; 1 or more changes nothing. No side gets shorter
            than 2 pixels.

    Example:
        >>> reduce_picture(np.ones((9, 6, 3), np.float32), 0.5).shape
        (4, 3, 3)
    """
    if scale >= 1:
        return picture
    pixels = torch.from_numpy(picture).permute(2, 0, 1)[None]
    size = [max(2, round(length * scale)) for length in picture.shape[:2]]
    small = interpolate(pixels, size=size, mode="bicubic", antialias=True)
    return np.ascontiguousarray(small[0].permute(1, 2, 0).numpy())

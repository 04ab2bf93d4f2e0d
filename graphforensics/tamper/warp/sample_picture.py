"""Looking a picture up between its pixels."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import grid_sample


def sample_picture(
    picture: NDArray[np.floating], places: NDArray[np.floating], mode: str = "bicubic"
) -> NDArray[np.float32]:
    """Read a picture at places in pixels; beyond the rim the rim goes on.

    Args:
        picture: Pixels ``[H, W, C]``.
        places: x then y, ``[h, w, 2]``; NaN reads the upper left pixel.
        mode: ``"bicubic"`` or ``"bilinear"``. Default: ``"bicubic"``.

    Returns:
        ``[h, w, C]``, ``float32``; bicubic interpolation may overshoot.

    Example:
        >>> sample_picture(np.array([[[0.0], [4.0]]]), np.array([[[0.25, 0.0]]]), "bilinear")
        array([[[1.]]], dtype=float32)
    """
    height, width = picture.shape[:2]
    pixels = torch.from_numpy(np.ascontiguousarray(picture, np.float32)).permute(2, 0, 1)[None]
    # grid_sample wants -1 and 1 at the outer borders of the first and last pixel.
    scaled = (np.nan_to_num(places) + 0.5) * (2 / np.array([width, height])) - 1
    grid = torch.from_numpy(np.asarray(scaled, np.float32))[None]
    read = grid_sample(pixels, grid, mode, padding_mode="border", align_corners=False)
    return np.asarray(read[0].permute(1, 2, 0).numpy())

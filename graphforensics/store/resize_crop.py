"""Scaling of crops to the size that a detector takes."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from graphforensics.media.resize import resize


def resize_crop(image: NDArray[np.uint8], size: int, share: float = 1.0) -> Tensor:
    """Resize the middle of a crop, once, by triangles that widen with the scale (antialiasing).

    This is Pillow's bilinear filter. A whole crop goes through torch's implementation of it, which
    takes a quarter of the time and differs by 1 of 255 here and there, seldom by 2.

    Args:
        image: RGB ``[h, w, 3]``, ``uint8``.
        size: Side of the result in pixels.
        share: Side of what is taken over the side of the crop, in (0, 1]; 1 takes it all.

    Returns:
        ``uint8`` ``[3, size, size]``.

    Example:
        >>> resize_crop(np.zeros((40, 40, 3), np.uint8), 16).shape
        torch.Size([3, 16, 16])
    """
    if share == 1 and image.shape[:2] != (size, size):
        pixels = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None]
        return F.interpolate(pixels, (size, size), mode="bilinear", antialias=True)[0]
    height, width = image.shape[:2]
    left, top = width * (1 - share) / 2, height * (1 - share) / 2
    box = (left, top, width - left, height - top)
    picture = resize(image, size, size, box=box)
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)


def resize_points(
    points: NDArray[np.float32], sides: NDArray[np.int_], size: int, share: float = 1.0
) -> NDArray[np.float32]:
    """Move points as :func:`resize_crop` moves pixels; a pixel's centre has whole coordinates.

    Args:
        points: ``[n, k, 2]`` in pixels of the crops.
        sides: Width and height of each crop ``[n, 2]``.
        size: As in :func:`resize_crop`.
        share: As in :func:`resize_crop`.

    Returns:
        ``float32`` ``[n, k, 2]``.

    Example:
        >>> resize_points(np.array([[[3.5, 3.5]]], np.float32), np.array([[8, 8]]), 16).tolist()
        [[[7.5, 7.5]]]
    """
    wide = sides[:, None]
    moved = (points + 0.5 - wide * (1 - share) / 2) * size / (wide * share) - 0.5
    return np.asarray(moved, dtype=np.float32)

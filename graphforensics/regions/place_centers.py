"""Where the places of a feature map lie in the crop."""

from __future__ import annotations

import torch
from torch import Tensor


def place_centers(height: int, width: int) -> Tensor:
    """Return the centre of each place of a map in raster order.

    Args:
        height: Rows of the map.
        width: Columns of the map.

    Shapes:
        Output ``[height * width, 2]``, x then y, from 0 to 1.

    Raises:
        ValueError: A number is not positive.

    Example:
        >>> place_centers(1, 2).tolist()
        [[0.25, 0.5], [0.75, 0.5]]
    """
    if min(height, width) < 1:
        raise ValueError(f"'height' and 'width' must be positive (got {height} and {width})")
    x = (torch.arange(width).repeat(height) + 0.5) / width
    y = (torch.arange(height).repeat_interleave(width) + 0.5) / height
    return torch.stack([x, y], dim=1)

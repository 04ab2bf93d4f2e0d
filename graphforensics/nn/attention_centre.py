"""The place that an attention map looks at."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.regions.region_centers import region_centers


def attention_centre(attention: Tensor) -> Tensor:
    r"""Return the centre of mass of each attention map, x then y, from 0 to 1.

    .. math:: \mathbf{p}_n = \frac{\sum_{h, w} F_{A, nhw} \,
        \big( \tfrac{w + 1/2}{W}, \tfrac{h + 1/2}{H} \big)}{\sum_{h, w} F_{A, nhw}}

    A map that is 0 everywhere looks nowhere: its centre is the crop's, (0.5, 0.5).

    Args:
        attention: Maps, none of them negative.

    Shapes:
        ``attention [..., H, W]``, output ``[..., 2]``.

    Raises:
        ValueError: There are fewer than two axes.

    Example:
        >>> attention_centre(torch.tensor([[0.0, 1.0], [0.0, 0.0]])).tolist()
        [0.75, 0.25]
    """
    if attention.dim() < 2:
        raise ValueError(f"'attention' must be [..., H, W] (got {list(attention.shape)})")
    maps = attention if attention.dtype == torch.float64 else attention.float()
    leading = maps.shape[:-2]
    flat = maps.flatten(0, -3) if leading else maps[None]
    return region_centers(flat).reshape(*leading, 2)

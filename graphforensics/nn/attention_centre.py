"""The place that an attention map looks at."""

from __future__ import annotations

import torch
from torch import Tensor


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
    attention = attention if attention.dtype == torch.float64 else attention.float()
    height, width = attention.shape[-2:]
    x = (torch.arange(width, device=attention.device, dtype=attention.dtype) + 0.5) / width
    y = (torch.arange(height, device=attention.device, dtype=attention.dtype) + 0.5) / height
    total = attention.sum((-2, -1))
    mass = torch.stack([attention.sum(-2) @ x, attention.sum(-1) @ y], dim=-1)
    empty = (total == 0).unsqueeze(-1)
    return torch.where(empty, 0.5, mass / torch.where(empty, 1, total.unsqueeze(-1)))

"""Where in the picture attention maps look."""

from __future__ import annotations

import torch
from torch import Tensor


def region_centers(maps: Tensor) -> Tensor:
    r"""Return the centre of mass of each map.

    .. math:: \mathbf{c}_n = \frac{\sum_{r, c} \max(m_{n r c}, 0)
        \big(\tfrac{c + 1/2}{w}, \tfrac{r + 1/2}{h}\big)}{\sum_{r, c} \max(m_{n r c}, 0)}

    A map that is nowhere positive looks at nothing in particular, as a constant one does: its
    centre is the picture's, (0.5, 0.5).

    Args:
        maps: Attention or masks; negative entries count as 0.

    Shapes:
        ``maps [N, h, w]`` or ``[B, N, h, w]``; the output is ``[N, 2]`` or ``[B, N, 2]``, x then y,
        from 0 to 1. NaN in a map gives NaN for that map alone.

    Raises:
        ValueError: ``maps`` is not floating or has another rank, or no pixel.

    Example:
        >>> maps = torch.zeros(2, 4, 4)
        >>> maps[0, 0, 3] = 1.0
        >>> region_centers(maps).tolist()
        [[0.875, 0.125], [0.5, 0.5]]
    """
    if maps.dim() not in (3, 4) or 0 in maps.shape[-2:]:
        raise ValueError(f"'maps' must be [N, h, w] or [B, N, h, w] (got {list(maps.shape)})")
    if not maps.is_floating_point():
        raise ValueError(f"'maps' must be floating (got {maps.dtype})")
    # Half precision cannot hold the sum of a large map.
    mass = maps.float() if maps.dtype in (torch.float16, torch.bfloat16) else maps
    mass = mass.clamp_min(0)
    mass = mass / torch.where((top := mass.amax((-2, -1), keepdim=True)) > 0, top, 1)
    height, width = maps.shape[-2:]
    x = (torch.arange(width, device=maps.device, dtype=mass.dtype) + 0.5) / width
    y = (torch.arange(height, device=maps.device, dtype=mass.dtype) + 0.5) / height
    total = mass.sum((-2, -1))
    moments = torch.stack([mass.sum(-2) @ x, mass.sum(-1) @ y], dim=-1)
    empty = (total == 0).unsqueeze(-1)
    centers = torch.where(empty, 0.5, moments / torch.where(empty, 1, total.unsqueeze(-1)))
    return centers.to(maps.dtype)

"""Whether heat lies where a forged copy is forged."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def pointing_game(heat: Tensor, mask: Tensor) -> float:
    """Return the share of the hottest pixels that lie in the mask: 1 or 0 where one is hottest.

    Several pixels that are equally hot share the point, so that heat of one value scores the
    mask's share of the picture. "Top-down Neural Attention by Excitation Backprop" (ECCV 2016).

    Args:
        heat: Of each pixel.
        mask: True, or more than a half, where it is forged.

    Shapes:
        Both of one shape.

    Returns:
        From 0 to 1, or NaN where nothing is forged.

    Raises:
        ValueError: The shapes differ.

    Example:
        >>> pointing_game(torch.tensor([[0.1, 0.9]]), torch.tensor([[False, True]]))
        1.0
    """
    forged = _forged(heat, mask)
    if not forged.any():
        return math.nan
    return float(forged[heat == heat.max()].double().mean())


def heat_iou(heat: Tensor, mask: Tensor) -> float:
    r"""Return the overlap of the mask with as many of the hottest pixels as it has.

    .. math:: \frac{|\mathcal{H} \cap \mathcal{M}|}{|\mathcal{H} \cup \mathcal{M}|}, \qquad
        |\mathcal{H}| = |\mathcal{M}|

    so that no threshold has to be chosen. Where values are equal, the first in raster order counts.

    Args:
        heat: Of each pixel.
        mask: True, or more than a half, where it is forged.

    Shapes:
        Both of one shape.

    Returns:
        From 0 to 1, or NaN where nothing is forged.

    Raises:
        ValueError: The shapes differ.

    Example:
        >>> heat_iou(torch.tensor([3.0, 2, 1, 0]), torch.tensor([True, False, True, False]))
        0.3333333333333333
    """
    forged = _forged(heat, mask).flatten()
    count = int(forged.sum())
    if not count:
        return math.nan
    order = torch.argsort(heat.flatten(), descending=True, stable=True)
    both = int(forged[order[:count].to(forged.device)].sum())
    return both / (2 * count - both)


def _forged(heat: Tensor, mask: Tensor) -> Tensor:
    if heat.shape != mask.shape:
        raise ValueError(f"'mask' must be {list(heat.shape)} (got {list(mask.shape)})")
    return (mask > 0.5).to(heat.device)

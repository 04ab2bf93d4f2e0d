"""How alike two explanations order what they explain."""

from __future__ import annotations

import math

from scipy.stats import spearmanr
from torch import Tensor


def rank_agreement(one: Tensor, other: Tensor) -> float:
    """Return Spearman's rank correlation of two attributions of the same pixels, nodes or edges.

    Args:
        one: An attribution.
        other: Another.

    Shapes:
        Both of one shape.

    Returns:
        From -1 to 1, or NaN where one of them has one value everywhere.

    Raises:
        ValueError: The shapes differ.

    Example:
        >>> import torch
        >>> rank_agreement(torch.tensor([1.0, 2, 9]), torch.tensor([0.1, 0.2, 0.3]))
        1.0
    """
    if one.shape != other.shape:
        raise ValueError(f"'other' must be {list(one.shape)} (got {list(other.shape)})")
    first, second = (part.detach().cpu().double().flatten().numpy() for part in (one, other))
    if first.size < 2 or first.min() == first.max() or second.min() == second.max():
        return math.nan
    return float(spearmanr(first, second).statistic)

"""Numbers wide enough to add up: half precision is too narrow for norms and sums."""

from __future__ import annotations

import torch
from torch import Tensor


def widened(tensor: Tensor) -> Tensor:
    """Return the tensor in float32, or as it is where it is float64 already.

    Example:
        >>> widened(torch.ones(1, dtype=torch.float16)).dtype
        torch.float32
    """
    return tensor if tensor.dtype == torch.float64 else tensor.float()


def full_precision(tensor: Tensor) -> torch.autocast:
    """Return a context in which autocast leaves the type of products to their factors.

    Example:
        >>> wide = torch.ones(1, 1)
        >>> with torch.autocast("cpu", torch.bfloat16), full_precision(wide):
        ...     (wide @ wide).dtype
        torch.float32
    """
    return torch.autocast(tensor.device.type, enabled=False)


def unit_length(vectors: Tensor) -> Tensor:
    r"""Scale the vectors along the last axis to length 1; a vector of zeros stays zeros.

    .. math:: \mathbf{u} / \lVert \mathbf{u} \rVert_2

    Unlike ``torch.nn.functional.normalize`` this has no smallest length, so that faint
    features count as much as strong ones, down to where squares vanish (1e-19 in float32).
    NaN stays NaN.

    Example:
        >>> unit_length(torch.tensor([[3.0, 4.0], [0.0, 0.0]])).tolist()
        [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    length = torch.linalg.vector_norm(vectors, dim=-1, keepdim=True)
    return vectors / torch.where(length == 0, 1, length)

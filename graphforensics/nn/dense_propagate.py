"""Weighted sums over neighbours as a matrix product."""

from __future__ import annotations

import torch
from torch import Tensor


def dense_propagate(x: Tensor, adj: Tensor, normalize: bool = False) -> Tensor:
    r"""Sum the features of each node's neighbours, weighted by a dense matrix.

    .. math:: \mathbf{X}^{\prime} = \mathcal{E} \mathbf{X} \quad\text{or, normalised,}\quad
        \mathbf{X}^{\prime} =
        \mathbf{D}^{-1/2} (\mathcal{E} + \mathbf{I}) \mathbf{D}^{-1/2} \mathbf{X}

    with :math:`D_{ii} = 1 + \sum_j \mathcal{E}_{ij}`. Learned edges may be negative: where
    :math:`D_{ii}` is not positive, :math:`D_{ii}^{-1/2}` counts as 0, as it does for the isolated
    nodes of other graph libraries, and the node neither sends nor receives.

    Args:
        x: Features of the nodes.
        adj: Weights; row i receives.
        normalize: Add self-loops and normalise with the Laplacian. Default: False.

    Shapes:
        ``x [..., N, C]``, ``adj [N, N]`` or ``[B, N, N]``; the output has the shape of ``x``. With
        ``[B, N, N]`` the first axis of ``x`` is the batch.

    Raises:
        ValueError: ``adj`` does not fit ``x``.

    Example:
        >>> adj = torch.tensor([[0.0, 2.0], [0.0, 0.0]])
        >>> dense_propagate(torch.tensor([[1.0], [5.0]]), adj).tolist()
        [[10.0], [0.0]]
    """
    adj = _fitted(x, adj).to(x.dtype)
    if not normalize:
        return adj @ x
    scale = inverse_sqrt(1 + adj.sum(-1)).unsqueeze(-1)
    scaled = scale * x
    return scale * (adj @ scaled + scaled)


def inverse_sqrt(degree: Tensor) -> Tensor:
    """Return one over the square root, 0 where the degree is not positive beyond rounding.

    A degree of rounding error alone would blow up, and in half precision overflow.
    """
    positive = degree > torch.finfo(degree.dtype).eps
    return torch.where(positive, torch.where(positive, degree, 1).rsqrt(), 0)


def _fitted(x: Tensor, adj: Tensor) -> Tensor:
    nodes = x.size(-2) if x.dim() >= 2 else -1
    if tuple(adj.shape) == (nodes, nodes):
        return adj
    if x.dim() >= 3 and tuple(adj.shape) == (x.size(0), nodes, nodes):
        return adj.view(adj.size(0), *(1,) * (x.dim() - 3), nodes, nodes)
    raise ValueError(
        f"'adj' must be [N, N] or [B, N, N] for 'x' of shape {list(x.shape)} "
        f"(got {list(adj.shape)})"
    )

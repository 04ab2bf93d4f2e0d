"""The fused product behind :class:`EdgeSum`, which holds no message in memory."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class SortedEdges(NamedTuple):
    """Edges sorted by the node that receives.

    Args:
        edge_index: The edges, sorted.
        order: Where each of them was before; weights have to be put in this order too.
        starts: Where each node's edges begin, and the end of the last one's.
    """

    edge_index: Tensor
    order: Tensor
    starts: Tensor


def sort_edges(edge_index: Tensor, nodes: int) -> SortedEdges:
    """Sort edges by receiver.

    Args:
        edge_index: The edge from j to i is a column (j, i).
        nodes: Number of nodes.

    Raises:
        IndexError: An edge starts or ends at a node that is not there.

    Example:
        >>> sort_edges(torch.tensor([[0, 1], [1, 0]]), 2).edge_index.tolist()
        [[1, 0], [0, 1]]
    """
    check_nodes(edge_index, nodes)
    target, order = edge_index[1].sort(stable=True)
    every = torch.arange(nodes + 1, device=target.device)
    source = edge_index[0].index_select(0, order)
    return SortedEdges(torch.stack([source, target]), order, torch.searchsorted(target, every))


def edge_product(
    x: Tensor, edge_index: Tensor, edge_weight: Tensor, starts: Tensor | None = None
) -> Tensor:
    r"""Multiply the features with the sparse matrix that a list of weighted edges is.

    .. math:: \mathbf{x}^{\prime}_i = \sum_{j \in \mathcal{N}(i)} \mathcal{E}_{ij} \mathbf{x}_j

    Beside its input and output it needs memory for the edges, not for the edges times the
    features. Gradients reach both features and weights, once: there is no second derivative.

    Args:
        x: Features of the nodes.
        edge_index: The edge from j to i is a column (j, i).
        edge_weight: Weights, of the dtype of ``x``.
        starts: Where each node's edges begin, if they are sorted (:func:`sort_edges`). Sorting
            costs more than a product does. Default: they are not, and will be.

    Shapes:
        ``x [N, C]`` or, over time, ``[N, T, C]``; ``edge_index [2, E]``; ``edge_weight [E]``, or
        ``[E, T]`` over time; the output has the shape of ``x``.

    Raises:
        IndexError: An edge starts or ends at a node that is not there.

    Example:
        >>> edge_index = torch.tensor([[1], [0]])
        >>> edge_product(torch.tensor([[1.0], [5.0]]), edge_index, torch.tensor([2.0])).tolist()
        [[10.0], [0.0]]
    """
    if starts is None:
        edge_index, order, starts = sort_edges(edge_index, x.size(0))
        edge_weight = edge_weight.index_select(0, order)
    source = edge_index[0]
    if edge_weight.dim() == 1:
        return _sum_of_bags(x.flatten(1), source, starts, edge_weight).view_as(x)
    # Each step has weights of its own: one product a step.
    steps = [_sum_of_bags(x[:, t], source, starts, edge_weight[:, t]) for t in range(x.size(1))]
    return torch.stack(steps, dim=1)


def check_nodes(edge_index: Tensor, nodes: int) -> None:
    """Raise IndexError unless every edge joins two of the nodes."""
    if edge_index.numel() == 0:
        return
    low, high = (int(end) for end in edge_index.aminmax())
    if low < 0 or high >= nodes:
        wrong = low if low < 0 else high
        raise IndexError(f"'edge_index' must be from 0 to {nodes - 1} (got {wrong})")


def _sum_of_bags(x: Tensor, source: Tensor, starts: Tensor, edge_weight: Tensor) -> Tensor:
    return functional.embedding_bag(
        source,
        x,
        starts,
        mode="sum",
        per_sample_weights=edge_weight,
        include_last_offset=True,
    )

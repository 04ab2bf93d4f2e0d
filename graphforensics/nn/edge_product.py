"""Weighted sums over neighbours along a list of edges, without a message in memory."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class EdgeOrder(NamedTuple):
    """Edges sorted by the node that receives.

    Args:
        order: Positions of the sorted edges in the list.
        source: Where each of them starts.
        starts: Where each node's edges begin, and the end of the last one's.
    """

    order: Tensor
    source: Tensor
    starts: Tensor


def edge_order(edge_index: Tensor, nodes: int) -> EdgeOrder:
    """Sort edges by receiver, which costs more than a product does.

    Args:
        edge_index: The edge from j to i is a column (j, i).
        nodes: Number of nodes.

    Raises:
        IndexError: An edge starts or ends at a node that is not there.
    """
    check_nodes(edge_index, nodes)
    target, order = edge_index[1].sort(stable=True)
    every = torch.arange(nodes + 1, device=target.device)
    return EdgeOrder(order, edge_index[0][order], torch.searchsorted(target, every))


def edge_product(
    x: Tensor, edge_index: Tensor, edge_weight: Tensor, order: EdgeOrder | None = None
) -> Tensor:
    r"""Multiply the features with the sparse matrix that a list of weighted edges is.

    .. math:: \mathbf{x}^{\prime}_i = \sum_{j \in \mathcal{N}(i)} \mathcal{E}_{ij} \mathbf{x}_j

    Beside its input and output it needs memory for the edges, not for the edges times the
    features. Gradients reach both features and weights, once: there is no second derivative.

    Args:
        x: Features of the nodes.
        edge_index: The edge from j to i is a column (j, i).
        edge_weight: Weights, of the dtype of ``x``.
        order: What :func:`edge_order` said of these edges; asked for by default.

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
    sorted_edges = edge_order(edge_index, x.size(0)) if order is None else order
    weight = edge_weight[sorted_edges.order]
    if weight.dim() == 1:
        return _sum_of_bags(sorted_edges, x.flatten(1), weight).view_as(x)
    # Each step has weights of its own: one product a step, over the steps' features side by side.
    steps = [_sum_of_bags(sorted_edges, x[:, t], weight[:, t]) for t in range(x.size(1))]
    return torch.stack(steps, dim=1)


def check_nodes(edge_index: Tensor, nodes: int) -> None:
    """Raise IndexError unless every edge joins two of the nodes."""
    if edge_index.numel() == 0:
        return
    low, high = (int(end) for end in edge_index.aminmax())
    if low < 0 or high >= nodes:
        wrong = low if low < 0 else high
        raise IndexError(f"'edge_index' must be from 0 to {nodes - 1} (got {wrong})")


def _sum_of_bags(edges: EdgeOrder, x: Tensor, edge_weight: Tensor) -> Tensor:
    return functional.embedding_bag(
        edges.source,
        x,
        edges.starts,
        mode="sum",
        per_sample_weights=edge_weight,
        include_last_offset=True,
    )

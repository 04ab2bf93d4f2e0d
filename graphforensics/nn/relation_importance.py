"""Which node is related most to the others."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.nn import MessagePassing
from torch_geometric.utils import scatter

from graphforensics.nn.argument_checks import check_floating, check_shape
from graphforensics.nn.precision import widened


def relation_importance(
    x: Tensor,
    edge_index: Tensor,
    batch: Tensor | None = None,
    batch_size: int | None = None,
) -> Tensor:
    r"""Return each node's share of all relations in its graph.

    .. math:: W_i = \frac{\sum_{j \in \mathcal{N}(i)} a_{ij}}
        {\sum_{i} \sum_{j \in \mathcal{N}(i)} a_{ij}}, \qquad
        a_{ij} = \langle \mathbf{x}_i, \mathbf{x}_j \rangle

    Eqs. 3 and 4 of "AUNet: Learning Relations Between Action Units for Face Forgery Detection"
    (CVPR 2023) over the edges :math:`j \to i` of any graph; on complete graphs with self-loops it
    is the paper's matrix form, :func:`dense_relation_importance`. The shares of a graph add up to
    1. Where its relations add up to 0 (no edges, features of zeros) all nodes share alike.

    Args:
        x: Features of the nodes.
        edge_index: Source and target of each edge.
        batch: Graph of each node. Default: one graph.
        batch_size: Number of graphs in ``batch``; counted by default, which ``torch.compile``
            with ``fullgraph=True`` and ``torch.export`` cannot.

    Shapes:
        ``x [N, C]``, ``edge_index [2, E]``, ``batch [N]``, output ``[N]``.

    Raises:
        ValueError: A shape is not one of these, or the features are no floats.

    Example:
        >>> x = torch.tensor([[1.0], [2.0], [3.0]])
        >>> relation_importance(x, torch.tensor([[1, 2, 0], [0, 1, 2]])).tolist()
        [0.1818181872367859, 0.5454545617103577, 0.27272728085517883]
    """
    _check(x, edge_index, batch)
    wide = widened(x)
    source, target = edge_index[0], edge_index[1]
    relation = (wide.index_select(0, target) * wide.index_select(0, source)).sum(-1)
    received = scatter(relation, target, dim_size=x.size(0), reduce="sum")
    return _shares_of_graphs(received, batch, batch_size).to(x.dtype)


def dense_relation_importance(relations: Tensor) -> Tensor:
    r"""Return each node's share of all relations, given as a matrix.

    .. math:: W_i = \sum_j a_{ij} \Big/ \sum_i \sum_j a_{ij}

    Eq. 4 of "AUNet: Learning Relations Between Action Units for Face Forgery Detection"
    (CVPR 2023). A matrix whose sum is 0 gives equal shares.

    Args:
        relations: Matrices of relations, row i the receiving node.

    Shapes:
        ``relations [N, N]`` or ``[B, N, N]``, output ``[N]`` or ``[B, N]``.

    Raises:
        ValueError: The relations are no square matrices, or no floats.

    Example:
        >>> dense_relation_importance(torch.tensor([[1.0, 2.0], [2.0, 3.0]])).tolist()
        [0.375, 0.625]
    """
    nodes = relations.size(-1) if relations.dim() else 0
    check_shape("relations", relations, (nodes, nodes), ("B", nodes, nodes))
    check_floating("relations", relations)
    received = widened(relations).sum(-1)
    size = torch.full_like(received, nodes)
    return _shares(received, received.sum(-1, keepdim=True), size).to(relations.dtype)


class RelationImportance(MessagePassing):  # type: ignore[misc]  # untyped upstream
    r"""Weigh the nodes of a graph by their relations; the Module twin of
    :func:`relation_importance`.

    .. math:: W_i = \sum_j a_{ij} \Big/ \sum_i \sum_j a_{ij}, \qquad
        a_{ij} = \langle \mathbf{x}_i, \mathbf{x}_j \rangle

    It is a message passing layer, so that PyTorch Geometric's explainers find its edges; its
    attention explainer reads the relations :math:`a_{ij}`.

    Shapes:
        ``x [N, C]``, ``edge_index [2, E]``, ``batch [N]``, output ``[N]``.

    Raises:
        ValueError: A shape is not one of these.

    Example:
        >>> edge_index = torch.tensor([[0, 1, 1], [1, 0, 1]])
        >>> RelationImportance()(torch.tensor([[1.0], [2.0]]), edge_index).tolist()
        [0.25, 0.75]
    """

    def __init__(self) -> None:
        super().__init__(aggr="sum", node_dim=0)

    def reset_parameters(self) -> None:
        """Do nothing: there is nothing to learn."""

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        batch: Tensor | None = None,
        batch_size: int | None = None,
    ) -> Tensor:
        """Return each node's share of its graph's relations."""
        _check(x, edge_index, batch)
        alpha = self.edge_updater(edge_index, x=widened(x))
        received = self.propagate(edge_index, alpha=alpha, size=(x.size(0), x.size(0)))
        return _shares_of_graphs(received, batch, batch_size).to(x.dtype)

    def edge_update(self, x_i: Tensor, x_j: Tensor) -> Tensor:
        """Return the relation that each edge carries."""
        return (x_i * x_j).sum(-1)

    def message(self, alpha: Tensor) -> Tensor:
        """Return the relation as it is."""
        return alpha

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _shares_of_graphs(received: Tensor, batch: Tensor | None, batch_size: int | None) -> Tensor:
    if batch is None:
        size = torch.full_like(received, received.size(0))
        return _shares(received, received.sum(), size)
    graphs = (int(batch.max()) + 1 if batch.numel() else 0) if batch_size is None else batch_size
    total = scatter(received, batch, dim_size=graphs, reduce="sum")[batch]
    size = scatter(torch.ones_like(received), batch, dim_size=graphs, reduce="sum")[batch]
    return _shares(received, total, size)


def _shares(received: Tensor, total: Tensor, size: Tensor) -> Tensor:
    nothing = total == 0
    return torch.where(nothing, 1 / size, received / torch.where(nothing, 1, total))


def _check(x: Tensor, edge_index: Tensor, batch: Tensor | None) -> None:
    if x.dim() != 2:
        raise ValueError(f"'x' must be [N, C] (got {list(x.shape)})")
    check_floating("x", x)
    if edge_index.dim() != 2 or edge_index.size(0) != 2:
        raise ValueError(f"'edge_index' must be [2, E] (got {list(edge_index.shape)})")
    if batch is not None and (batch.dim() != 1 or batch.size(0) != x.size(0)):
        raise ValueError(f"'batch' must be [N] = [{x.size(0)}] (got {list(batch.shape)})")

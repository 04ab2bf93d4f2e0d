"""Weighted sums over neighbours along a list of edges."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.nn import MessagePassing
from torch_geometric.utils import scatter

from graphforensics.nn.dense_propagate import inverse_sqrt


class EdgeSum(MessagePassing):  # type: ignore[misc]  # MessagePassing is untyped upstream
    r"""Sum the features of each node's neighbours, weighted by a list of edges.

    The sparse twin of :func:`~graphforensics.nn.dense_propagate`: the edge :math:`j \to i` is
    ``edge_index[:, e] = (j, i)`` and carries :math:`\mathcal{E}_{ij}`. It is a message passing
    layer, so that PyTorch Geometric's explainers find the edges of whatever is built on it; its
    attention explainer reads the coefficient that each edge's features are multiplied by.

    .. math:: \mathbf{x}^{\prime}_i = \sum_{j \in \mathcal{N}(i)} \mathcal{E}_{ij} \mathbf{x}_j

    Args:
        normalize: Add self-loops and normalise with the Laplacian. Default: False.

    Shapes:
        ``x [N, C]`` or, over time, ``[N, T, C]``; ``edge_index [2, E]``; ``edge_weight [E]`` or
        ``[E, T]``, ones by default; the output has the shape of ``x``.

    Raises:
        ValueError: A shape is not one of these.

    Example:
        >>> import torch
        >>> edge_index = torch.tensor([[1], [0]])
        >>> EdgeSum()(torch.tensor([[1.0], [5.0]]), edge_index, torch.tensor([2.0])).tolist()
        [[10.0], [0.0]]
    """

    def __init__(self, normalize: bool = False) -> None:
        super().__init__(aggr="sum", node_dim=0)
        self.normalize = normalize

    def forward(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor | None = None) -> Tensor:
        """Return the sum at each node."""
        check_edges(x, edge_index, edge_weight)
        if edge_weight is None:
            edge_weight = x.new_ones(edge_index.size(1))
        edge_weight = edge_weight.to(x.dtype)
        if not self.normalize:
            return self._summed(x, edge_index, edge_weight)
        nodes, (source, target) = x.size(0), edge_index.unbind()
        received = scatter(edge_weight, target, dim=0, dim_size=nodes, reduce="sum")
        scale = inverse_sqrt(1 + received)
        alpha = scale.index_select(0, target) * edge_weight * scale.index_select(0, source)
        return self._summed(x, edge_index, alpha) + _widened(scale.square(), x) * x

    def message(self, x_j: Tensor, alpha: Tensor) -> Tensor:
        """Return what each edge carries."""
        return _widened(alpha, x_j) * x_j

    def _summed(self, x: Tensor, edge_index: Tensor, alpha: Tensor) -> Tensor:
        # Attention explainers look for a coefficient of this name.
        summed: Tensor = self.propagate(edge_index, x=x, alpha=alpha)
        return summed

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'normalize=True' if self.normalize else ''})"


def _widened(weight: Tensor, x: Tensor) -> Tensor:
    return weight.view(*weight.shape, *(1,) * (x.dim() - weight.dim()))


def check_edges(x: Tensor, edge_index: Tensor, edge_weight: Tensor | None) -> None:
    """Raise ValueError unless the edges fit the nodes, over time or not."""
    if x.dim() not in (2, 3):
        raise ValueError(f"'x' must be [N, C] or [N, T, C] (got {list(x.shape)})")
    if edge_index.dim() != 2 or edge_index.size(0) != 2:
        raise ValueError(f"'edge_index' must be [2, E] (got {list(edge_index.shape)})")
    if edge_weight is None:
        return
    edges = edge_index.size(1)
    wanted = [(edges,), (edges, x.size(1))] if x.dim() == 3 else [(edges,)]
    if tuple(edge_weight.shape) not in wanted:
        shapes = " or ".join(str(list(shape)) for shape in wanted)
        raise ValueError(f"'edge_weight' must be {shapes} (got {list(edge_weight.shape)})")

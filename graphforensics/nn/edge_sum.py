"""Weighted sums over neighbours along a list of edges."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.autograd import forward_ad
from torch_geometric.nn import MessagePassing
from torch_geometric.utils import scatter

from graphforensics.nn.dense_propagate import inverse_sqrt
from graphforensics.nn.edge_product import edge_product


class EdgeSum(MessagePassing):  # type: ignore[misc]  # MessagePassing is untyped upstream
    r"""Sum the features of each node's neighbours, weighted by a list of edges.

    The sparse twin of :func:`~graphforensics.nn.dense_propagate`: the edge :math:`j \to i` is
    ``edge_index[:, e] = (j, i)`` and carries :math:`\mathcal{E}_{ij}`. It is a message passing
    layer, so that PyTorch Geometric's explainers find the edges of whatever is built on it; its
    attention explainer reads the coefficient that each edge's features are multiplied by.

    On the CPU the sum is one product that holds no message in memory, unless somebody looks at
    the messages: an explainer, a hook, a compiler, forward-mode differentiation. Set ``fuse`` to
    False, the switch of all of PyTorch Geometric's layers, to have messages always; second
    derivatives by reverse mode twice need them.

    .. math:: \mathbf{x}^{\prime}_i = \sum_{j \in \mathcal{N}(i)} \mathcal{E}_{ij} \mathbf{x}_j

    Args:
        normalize: Use :math:`\mathbf{D}^{-1/2} (\mathcal{E} + \mathbf{I}) \mathbf{D}^{-1/2}` as
            :func:`~graphforensics.nn.dense_propagate` does: 1 is added to a loop that is there,
            after the T-GCN authors' program; PyTorch Geometric's ``gcn_norm`` would keep that
            loop's weight instead. Default: False.

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
        self.fuse = True
        # How wide the last messages were: PyTorch Geometric's GraphMask explainer asks for it.
        self.in_channels = self.out_channels = 1

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        starts: Tensor | None = None,
    ) -> Tensor:
        """Return the sum at each node.

        Args:
            x: Features of the nodes.
            edge_index: The edges.
            edge_weight: Their weights; ones by default.
            starts: Where each node's edges begin, if the edges are sorted by receiver
                (``graphforensics.nn.edge_product.sort_edges``): sums over the same edges again
                and again need not sort them. Default: they may be in any order.
        """
        check_edges(x, edge_index, edge_weight)
        if edge_weight is None:
            edge_weight = x.new_ones(edge_index.size(1))
        edge_weight = edge_weight.to(x.dtype)
        if not self.normalize:
            return self._summed(x, edge_index, edge_weight, starts)
        nodes, (source, target) = x.size(0), edge_index.unbind()
        received = scatter(edge_weight, target, dim=0, dim_size=nodes, reduce="sum")
        scale = inverse_sqrt(1 + received)
        alpha = scale.index_select(0, target) * edge_weight * scale.index_select(0, source)
        return self._summed(x, edge_index, alpha, starts) + _widened(scale.square(), x) * x

    def message(self, x_j: Tensor, alpha: Tensor) -> Tensor:
        """Return what each edge carries."""
        return _widened(alpha, x_j) * x_j

    def _summed(
        self, x: Tensor, edge_index: Tensor, alpha: Tensor, starts: Tensor | None
    ) -> Tensor:
        if not torch.compiler.is_compiling():
            self.in_channels = self.out_channels = x[:1].numel()
        if self.fused(x):
            return edge_product(x, edge_index, alpha, starts)
        if self.explain and x.dim() == 3:
            # Explainers have one number an edge and know no time.
            alpha = alpha if alpha.dim() == 1 else alpha.repeat_interleave(x.size(2), 1)
            flat: Tensor = self.propagate(edge_index, x=x.flatten(1), alpha=alpha)
            return flat.view_as(x)
        # Attention explainers look for a coefficient of this name.
        summed: Tensor = self.propagate(edge_index, x=x, alpha=alpha)
        return summed

    def fused(self, x: Tensor) -> bool:
        """Tell whether the sum of these features is one product, or goes by messages."""
        hooks = (
            self._propagate_forward_pre_hooks,
            self._propagate_forward_hooks,
            self._message_forward_pre_hooks,
            self._message_forward_hooks,
            self._aggregate_forward_pre_hooks,
            self._aggregate_forward_hooks,
        )
        watched = bool(self.explain) or any(hooks) or torch.compiler.is_compiling()
        watched = watched or forward_ad._current_level >= 0
        return bool(self.fuse) and x.is_cpu and x.is_floating_point() and not watched

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'normalize=True' if self.normalize else ''})"


def _widened(weight: Tensor, x: Tensor) -> Tensor:
    return weight.view(*weight.shape, *(1,) * (x.dim() - weight.dim()))


def check_edges(x: Tensor, edge_index: Tensor, edge_weight: Tensor | None) -> None:
    """Raise ValueError unless the edges fit the nodes, over time or not."""
    if not isinstance(x, Tensor):
        raise ValueError(
            f"'x' must be one tensor, [N, C] or [N, T, C]: edges lead from these nodes to these "
            f"nodes, not from one set to another (got {type(x).__name__})"
        )
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

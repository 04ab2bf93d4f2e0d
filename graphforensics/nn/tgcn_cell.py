"""The temporal graph convolution cell on a list of edges."""

from __future__ import annotations

from torch import Tensor

from graphforensics.nn.edge_product import sort_edges
from graphforensics.nn.edge_sum import EdgeSum, check_edges
from graphforensics.nn.tgcn_gates import Propagation, TGCNGates


class TGCNCell(TGCNGates):
    r"""A gated recurrent unit whose input and hidden state are both graph-convolved, over edges.

    .. math::
        (\mathbf{G}_r, \mathbf{G}_z, \mathbf{G}_h) &= \mathcal{E} \mathbf{V} \mathbf{W}_i, \qquad
        (\mathbf{H}_r, \mathbf{H}_z, \mathbf{H}_h) = \mathcal{E} \mathbf{V}_h \mathbf{W}_h \\
        \mathbf{r} &= \sigma(\mathbf{G}_r + \mathbf{H}_r + \mathbf{b}_r), \qquad
        \mathbf{z} = \sigma(\mathbf{G}_z + \mathbf{H}_z + \mathbf{b}_z) \\
        \tilde{\mathbf{H}} &= \tanh(\mathbf{G}_h + \mathbf{r} \odot \mathbf{H}_h + \mathbf{b}_h) \\
        \mathbf{V}_h^{\prime} &= \mathbf{z} \odot \mathbf{V}_h
        + (1 - \mathbf{z}) \odot \tilde{\mathbf{H}}

    Eqs. 8 to 10 of "Masked Relation Learning for DeepFake Detection" (IEEE TIFS 2023).
    :class:`~graphforensics.nn.DenseTGCNCell` has the same parameters and gives the same numbers;
    the edge :math:`j \to i` is ``edge_index[:, e] = (j, i)`` and carries
    :math:`\mathcal{E}_{ij}`. The call is that of ``torch_geometric_temporal``'s recurrent cells, so
    that either can stand in for the other; batches are PyG's, one large graph.

    Args:
        in_channels: Features of a node, C.
        hidden_channels: Features of a node's hidden state, H.
        normalize: Add self-loops and normalise the edges with the Laplacian. Default: False,
            the paper's equations.
        out_channels: The same as ``hidden_channels``, as ``torch_geometric_temporal`` calls it.

    Shapes:
        ``x [N, C]``, ``edge_index [2, E]``, ``edge_weight [E]``, ``h`` and the output ``[N, H]``.

    Raises:
        ValueError: A shape is not one of these.

    Example:
        >>> import torch
        >>> cell = TGCNCell(8, 4)
        >>> edge_index = torch.tensor([[0, 1, 2], [1, 2, 0]])
        >>> h = cell(torch.rand(3, 8), edge_index)
        >>> cell(torch.rand(3, 8), edge_index, torch.rand(3), h).shape
        torch.Size([3, 4])
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int | None = None,
        normalize: bool = False,
        *,
        out_channels: int | None = None,
    ) -> None:
        if (hidden_channels is None) == (out_channels is None):
            raise ValueError(
                f"give either 'hidden_channels' or 'out_channels' "
                f"(got {hidden_channels} and {out_channels})"
            )
        super().__init__(in_channels, hidden_channels or out_channels or 0, normalize)
        # One for the input, one for the hidden state, which are not equally wide: explainers that
        # learn a gate a layer need two layers.
        self.edge_sum = EdgeSum(normalize)
        self.edge_sum_hidden = EdgeSum(normalize)

    @property
    def out_channels(self) -> int:
        """The same as ``hidden_channels``."""
        return self.hidden_channels

    @classmethod
    def sharing(cls, cell: TGCNGates) -> TGCNCell:
        """Return a cell over edges with the very parameters of ``cell``, not a copy.

        Args:
            cell: A dense cell, or another one over edges.
        """
        shared = cls(cell.in_channels, cell.hidden_channels, cell.normalize)
        shared.weight_input = cell.weight_input
        shared.weight_hidden = cell.weight_hidden
        shared.bias = cell.bias
        return shared

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        h: Tensor | None = None,
        *,
        H: Tensor | None = None,  # their name of it
    ) -> Tensor:
        """Return the next hidden state.

        Args:
            x: Features of the nodes.
            edge_index: The edges.
            edge_weight: Their weights; ones by default.
            h: Hidden state; zeros by default.
            H: The same as ``h``, as ``torch_geometric_temporal`` calls it.
        """
        if H is not None:
            if h is not None:
                raise ValueError("give either 'h' or 'H' (got both)")
            h = H
        if x.dim() != 2:
            raise ValueError(f"'x' must be [N, C] (got {list(x.shape)})")
        h = self.initial(x, h)
        propagation = self._propagation(x, edge_index, edge_weight)
        return self.step(propagation(x @ self.weight_input, None), propagation, h, None)

    def forward_sequence(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        h: Tensor | None = None,
    ) -> Tensor:
        """Return the hidden state after every step: ``[N, T, C] -> [N, T, H]``.

        The axes are those of :class:`~graphforensics.data.FaceGraphSequence`. The input's
        convolution, most of the work, is done for all steps at once.

        Args:
            x: Features over time.
            edge_index: The edges, the same at all steps.
            edge_weight: ``[E]``, or ``[E, T]`` where the weights change.
            h: Hidden state before the first step, ``[N, H]``; zeros by default.

        Raises:
            ValueError: A shape is not the wanted one, or there is no step.
        """
        if x.dim() != 3 or x.size(1) == 0:
            raise ValueError(f"'x' must be [N, T, C] with T > 0 (got {list(x.shape)})")
        self.check_channels(x)
        propagation = self._propagation(x, edge_index, edge_weight)
        return self.unroll(x, propagation, self.initial(x[:, 0], h))

    def _propagation(
        self, x: Tensor, edge_index: Tensor, edge_weight: Tensor | None
    ) -> Propagation:
        check_edges(x, edge_index, edge_weight)
        starts: Tensor | None = None
        if self.edge_sum_hidden.fuse != self.edge_sum.fuse:
            self.edge_sum_hidden.fuse = self.edge_sum.fuse  # one switch for the cell
        if self.edge_sum.fused(x) and self.edge_sum_hidden.fused(x):
            edge_index, order, starts = sort_edges(edge_index, x.size(0))
            edge_weight = None if edge_weight is None else edge_weight.index_select(0, order)

        def sum_neighbours(x: Tensor, t: int | None) -> Tensor:
            weight = edge_weight
            if weight is not None and weight.dim() == 2 and t is not None:
                weight = weight[:, t]
            is_input = x.size(-1) == self.weight_input.size(1)
            layer = self.edge_sum if is_input else self.edge_sum_hidden
            summed: Tensor = layer(x, edge_index, weight, starts)
            return summed

        return sum_neighbours

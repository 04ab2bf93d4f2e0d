"""MRL's verdict from its graphs alone, in the form that graph libraries take."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from graphforensics.models.mrl.relation_learner import RelationLearner
from graphforensics.nn.dense_tgcn_cell import DenseTGCNCell
from graphforensics.nn.tgcn_cell import TGCNCell


class MRLGraphClassifier(nn.Module):
    r"""Probability of fake from the region graphs of :meth:`MRL.graph`, over a list of edges.

    .. math:: p = \sigma \big( \mathrm{MLP}(\mathrm{flatten}(\mathbf{H}^{T})) \big)

    It is what PyTorch Geometric's explainers explain, and what takes graphs whose edges were cut or
    changed. Its parameters are the learner's own; nothing is masked here: leave out, or set
    to 0, what is not wanted.

    Args:
        learner: The relation learner of an :class:`~graphforensics.models.MRL`.

    Shapes:
        ``x [B * N, T, C]``, or ``[B * N, T * C]`` since explainers take no third axis;
        ``edge_index [2, E]``; ``edge_weight [E]`` or ``[E, T]``; output ``[B]``. Every graph
        has the learner's N nodes, in its order.

    Raises:
        ValueError: A shape does not fit.

    Example:
        >>> from graphforensics.models import MRL
        >>> mrl = MRL(encoder="resnet10t", regions=4, snippets=2, frames=3, size=64).eval()
        >>> clips = torch.rand(1, 2, 3, 3, 64, 64)
        >>> graph = mrl.graph(clips)
        >>> again = mrl.graph_classifier()(graph.x, graph.edge_index, graph.edge_weight)
        >>> torch.allclose(again, mrl(clips).probability, atol=1e-5)
        True
    """

    def __init__(self, learner: RelationLearner) -> None:
        super().__init__()
        self.learner = learner
        self.cells = nn.ModuleList(_over_edges(cell) for cell in learner.cells)

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        batch: Tensor | None = None,
    ) -> Tensor:
        """Return the probability of fake of each graph; ``batch`` is taken, not needed."""
        regions, channels = self.learner.regions, self.learner.in_channels
        if x.dim() not in (2, 3) or x.size(0) % regions or x.size(-1) % channels:
            raise ValueError(f"'x' must be [B * {regions}, T, {channels}] (got {list(x.shape)})")
        x = torch.unflatten(x, 1, (-1, channels)) if x.dim() == 2 else x
        for cell in self.cells:
            if isinstance(cell, TGCNCell):
                x = cell.forward_sequence(x, edge_index, edge_weight)
            else:
                x = cell(x, edge_index, edge_weight)
        hidden = torch.unflatten(x, 0, (-1, regions)).transpose(1, 2)
        return self.learner.read_out(hidden)[:, -1].sigmoid()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.learner})"


def _over_edges(cell: nn.Module) -> nn.Module:
    # The others take edges by themselves.
    return TGCNCell.sharing(cell) if isinstance(cell, DenseTGCNCell) else cell

"""MRL's verdict from its graphs alone, in the form that graph libraries take."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from graphforensics.models.mrl.relation_learner import RelationLearner
from graphforensics.models.whole_graphs import check_whole_graphs
from graphforensics.nn.dense_tgcn_cell import DenseTGCNCell
from graphforensics.nn.edge_threshold import edge_threshold
from graphforensics.nn.tgcn_cell import TGCNCell


class MRLGraphClassifier(nn.Module):
    r"""Probability of fake from the region graphs of :meth:`MRL.graph`, over a list of edges.

    .. math:: p = \sigma \big( \mathrm{MLP}(\mathrm{flatten}(\mathbf{H}^{T})) \big)

    It is what PyTorch Geometric's explainers explain, and what takes graphs whose edges were cut or
    changed. Its parameters are the learner's own. It judges as the model does in evaluation:
    nothing is masked, unless the model was built with ``mask_at_inference=True``; then weights
    below the threshold of the learned edges count 0 here too (drawn at random with ``"random"``),
    and a graph without weights is taken as it is.

    Args:
        learner: The relation learner of an :class:`~graphforensics.models.MRL`.

    Shapes:
        ``x [B * N, T, C]``, or ``[B * N, T * C]`` since explainers take no third axis;
        ``edge_index [2, E]``; ``edge_weight [E]`` or ``[E, T]``; ``batch [B * N]``; output ``[B]``.
        Every graph has the learner's N nodes, in its order.

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
        """Return the probability of fake of each graph; ``batch`` is checked, not needed."""
        regions, channels = self.learner.regions, self.learner.in_channels
        if x.dim() not in (2, 3) or x.size(0) % regions or x.size(-1) % channels:
            raise ValueError(f"'x' must be [B * {regions}, T, {channels}] (got {list(x.shape)})")
        check_whole_graphs(batch, x.size(0), regions)
        x = torch.unflatten(x, 1, (-1, channels)) if x.dim() == 2 else x
        edge_weight = self._masked(edge_index, edge_weight)
        for cell in self.cells:
            if isinstance(cell, TGCNCell):
                x = cell.forward_sequence(x, edge_index, edge_weight)
            else:
                x = cell(x, edge_index, edge_weight)
        hidden = torch.unflatten(x, 0, (-1, regions)).transpose(1, 2)
        return self.learner.read_out(hidden)[:, -1].sigmoid()

    def _masked(self, edge_index: Tensor, edge_weight: Tensor | None) -> Tensor | None:
        mask, edges = self.learner.mask, self.learner.edges
        if edge_weight is None or edges is None or not mask.mask_at_inference:
            return edge_weight
        if mask.strategy == "random":
            source, target = edge_index % self.learner.regions
            kept = mask.kept(edges())[target, source]
        else:
            # The learned edges' own threshold: cutting one edge brings back no other.
            level = edge_threshold(edges().detach(), None, mask.rate, mask.threshold)
            kept = edge_weight >= level.view(()).to(edge_weight.dtype)
        kept = kept.unsqueeze(1) if kept.dim() < edge_weight.dim() else kept
        return torch.where(kept, edge_weight, 0)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.learner})"


def _over_edges(cell: nn.Module) -> nn.Module:
    # The others take edges by themselves.
    return TGCNCell.sharing(cell) if isinstance(cell, DenseTGCNCell) else cell

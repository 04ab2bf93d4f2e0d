"""LRL's verdict from its graphs alone, in the form that graph libraries take."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing, global_mean_pool

from graphforensics.models.whole_graphs import check_whole_graphs
from graphforensics.nn.edge_sum import check_edges
from graphforensics.nn.precision import unit_length


class LRLGraphClassifier(MessagePassing):  # type: ignore[misc]  # MessagePassing is untyped upstream
    r"""Probability of fake from the patch graphs of :meth:`LRL.graph`, over a list of edges.

    .. math:: p = \sigma \Big( b + \sum_i \sum_{j \in \mathcal{N}(i)} w_{ij} \hat{s}_{ij} \Big)

    The fully connected layer on the flattened similarity (section 3.4 of "Local Relation Learning
    for Face Forgery Detection", AAAI 2021), written as messages between patches: it is what
    PyTorch Geometric's explainers explain, and takes graphs whose edges were cut or changed.
    Its parameters are the detector's own. Without edges' weights the similarities are computed from
    the nodes (eq. 7).

    Args:
        linear: The layer, of ``patches**2`` inputs; without similarity that on a node's channels,
            and the verdict is then read from the mean of the nodes.
        patches: Nodes of a graph; None without similarity.

    Shapes:
        ``x [B * N, C]``; ``edge_index [2, E]``; ``edge_weight [E]``; ``batch [B * N]``, one graph
        or graphs of ``patches`` nodes by default; output ``[B]``.

    Raises:
        ValueError: A shape does not fit.

    Example:
        >>> from graphforensics.models import LRL
        >>> lrl = LRL(encoder="resnet10t", size=160).eval()
        >>> images = torch.rand(1, 3, 160, 160)
        >>> graph = lrl.graph(images)
        >>> again = lrl.graph_classifier()(graph.x, graph.edge_index, graph.edge_weight)
        >>> torch.allclose(again, lrl(images).probability, atol=1e-5)
        True
    """

    def __init__(self, linear: nn.Linear, patches: int | None) -> None:
        super().__init__(aggr="sum", node_dim=0)
        self.linear = linear
        self.patches = patches

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        batch: Tensor | None = None,
    ) -> Tensor:
        """Return the probability of fake of each graph."""
        check_edges(x, edge_index, edge_weight)
        if self.patches is None:
            return self._read_nodes(x, batch)
        if x.size(0) % self.patches:
            raise ValueError(f"'x' must be [B * {self.patches}, C] (got {list(x.shape)})")
        check_whole_graphs(batch, x.size(0), self.patches)
        source, target = edge_index.unbind()
        if edge_weight is None:
            unit = unit_length(x)
            edge_weight = ((unit[source] * unit[target]).sum(1) + 1) / 2
        place = (target % self.patches) * self.patches + source % self.patches
        # Attention explainers look for a coefficient of this name.
        alpha = edge_weight.to(self.linear.weight.dtype)
        size = (x.size(0), x.size(0))
        read = self.linear.weight[0, place]
        patches = self.propagate(edge_index, alpha=alpha, read=read, size=size)
        graphs: Tensor = patches.view(-1, self.patches).sum(1)
        return (graphs + self.linear.bias).sigmoid()

    def message(self, alpha: Tensor, read: Tensor) -> Tensor:
        """Return what each edge says."""
        return (alpha * read).unsqueeze(1)

    def _read_nodes(self, x: Tensor, batch: Tensor | None) -> Tensor:
        if batch is None:
            batch = torch.zeros(x.size(0), dtype=torch.long, device=x.device)
        read: Tensor = self.linear(global_mean_pool(x, batch))
        return read.squeeze(1).sigmoid()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.linear}, patches={self.patches})"

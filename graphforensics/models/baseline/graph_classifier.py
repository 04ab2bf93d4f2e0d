"""The baseline's verdict from its graphs alone, in the form that graph libraries take."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing
from torch_geometric.utils import scatter

from graphforensics.nn.edge_sum import check_edges


class BaselineGraphClassifier(MessagePassing):  # type: ignore[misc]  # untyped upstream
    r"""Probability of fake from the complete graphs of :meth:`Baseline.graph`.

    .. math:: p = \sigma \Big( b + \mathbf{w}^\top \frac{1}{N^2} \sum_{i=1}^{N}
        \sum_{j \in \mathcal{N}(i)} e_{ij} \mathbf{x}_j \Big)

    With all relations there, each of weight 1, this is the linear head on the mean over the map's
    places. A relation that is cut takes its share away, so that PyTorch Geometric's explainers
    find something to explain. The parameters are the detector's own.

    Args:
        linear: The head, on the channels of a node.

    Shapes:
        ``x [N, C]`` or, of clips, ``[N, T, C]`` or ``[N, T * C]``; ``edge_index [2, E]``;
        ``edge_weight [E]``, ones by default; ``batch [N]``, one graph by default; output ``[B]``.

    Raises:
        ValueError: A shape does not fit.

    Example:
        >>> from graphforensics.models import Baseline
        >>> model = Baseline(encoder="resnet10t", size=64).eval()
        >>> images = torch.rand(1, 3, 64, 64)
        >>> graph = model.graph(images)
        >>> again = model.graph_classifier()(graph.x, graph.edge_index, graph.edge_weight)
        >>> torch.allclose(again, model(images).probability, atol=1e-6)
        True
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__(aggr="sum", node_dim=0)
        self.linear = linear

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        batch: Tensor | None = None,
    ) -> Tensor:
        """Return the probability of fake of each graph."""
        channels = self.linear.in_features
        if x.dim() not in (2, 3) or x.flatten(1).size(1) % channels:
            raise ValueError(
                f"'x' must be [N, {channels}] or [N, T, {channels}] (got {list(x.shape)})"
            )
        nodes = x.reshape(x.size(0), -1, channels).mean(1)
        check_edges(nodes, edge_index, edge_weight)
        if edge_weight is None:
            edge_weight = nodes.new_ones(edge_index.size(1))
        if batch is None:
            batch = torch.zeros(nodes.size(0), dtype=torch.long, device=x.device)
        # Attention explainers look for a coefficient of this name.
        alpha = edge_weight.to(nodes.dtype)
        received = self.propagate(edge_index, x=nodes, alpha=alpha, size=(len(nodes), len(nodes)))
        count = scatter(torch.ones_like(batch), batch, reduce="sum").to(nodes.dtype)
        read = scatter(received, batch, reduce="sum") / count.square().unsqueeze(1)
        logit: Tensor = self.linear(read).squeeze(1)
        return logit.sigmoid()

    def message(self, x_j: Tensor, alpha: Tensor) -> Tensor:
        """Return what each edge carries."""
        return alpha.unsqueeze(1) * x_j

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.linear})"

"""The student's verdict from its graphs alone, in the form that graph libraries take."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing, global_mean_pool

from graphforensics.nn.edge_sum import check_edges


class LearningToMaskGraphClassifier(MessagePassing):  # type: ignore[misc]  # MessagePassing is untyped upstream
    r"""Probability of fake from the graphs of :meth:`LearningToMask.graph`.

    .. math:: p = \sigma \Big( \mathrm{MLP} \Big( \frac{1}{N} \sum_i \mathbf{x}_i \Big) \Big)

    The verdict is the student's, which reads the places and not the attention between them:
    PyTorch Geometric's explainers find the nodes and features that matter, and that every edge
    counts nothing; ``AttentionExplainer`` reads the teacher's attention off them. Its parameters
    are the detector's own.

    Args:
        classifier: What reads the mean of the nodes.

    Shapes:
        ``x [B * N, C]``; ``edge_index [2, E]``; ``edge_weight [E]``; ``batch [B * N]``, one graph
        by default; output ``[B]``.

    Raises:
        ValueError: A shape does not fit.

    Example:
        >>> from graphforensics.models import LearningToMask
        >>> model = LearningToMask(encoder="resnet10t", blocks=1, size=64).eval()
        >>> images = torch.rand(2, 3, 64, 64)
        >>> graph = model.graph(images)
        >>> again = model.graph_classifier()(graph.x, graph.edge_index, batch=graph.batch)
        >>> torch.allclose(again, model(images).probability, atol=1e-5)
        True
    """

    def __init__(self, classifier: nn.Module) -> None:
        super().__init__(aggr="sum", node_dim=0)
        self.classifier = classifier

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        batch: Tensor | None = None,
    ) -> Tensor:
        """Return the probability of fake of each graph."""
        check_edges(x, edge_index, edge_weight)
        if batch is None:
            batch = torch.zeros(x.size(0), dtype=torch.long, device=x.device)
        if edge_weight is None:
            edge_weight = x.new_ones(edge_index.size(1))
        # Attention explainers look for a coefficient of this name.
        alpha = edge_weight.to(x.dtype)
        idle: Tensor = self.propagate(edge_index, alpha=alpha, size=(x.size(0), x.size(0)))
        logit: Tensor = self.classifier(global_mean_pool(x + idle, batch))
        return logit.squeeze(1).sigmoid()

    def message(self, alpha: Tensor) -> Tensor:
        """Return what each edge says: nothing, along a way that explainers can follow back."""
        return (alpha * 0).unsqueeze(1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.classifier})"

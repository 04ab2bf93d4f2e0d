"""The fine-tuning network's verdict from a face's three parts, as graph libraries take it."""

from __future__ import annotations

from torch import Tensor, nn
from torch_geometric.nn import MessagePassing

from graphforensics.models.whole_graphs import check_whole_graphs
from graphforensics.nn.edge_sum import check_edges

_PARTS = 3


class DeepfakeMAEGraphClassifier(MessagePassing):  # type: ignore[misc]  # MessagePassing is untyped upstream
    r"""Probability of fake from the graphs of :meth:`DeepfakeMAE.graph`.

    .. math:: p^a = \sigma \Big( \mathbf{w}^\top \sum_{j=1}^{3} s_j \mathbf{x}_j + b \Big)

    with :math:`s_j` the share of the patches that belong to part j. **It reads half of the verdict,
    and no relation.** The fine-tuning network averages all tokens, so that its probability
    follows exactly from the means of three parts that make up the picture, as they are without
    landmarks (``"algorithm1"``, ``"bands"``); from parts that leave patches out
    (``"landmark_hulls"``) or that were cut by a face's own landmarks it is an approximation. The
    mapping network reads pixels, not parts. How well one part predicts another is computed for
    being looked at: an explainer finds that every edge counts nothing. Where only the autoencoder
    was trained the classifier is random.

    Args:
        classifier: What reads the mean of all tokens; its parameters are the detector's own.
        share: Share of the patches in each part.

    Shapes:
        ``x [B * 3, C]``; ``edge_index [2, E]``; ``edge_weight [E]``; ``batch [B * 3]``; ``share
        [3]``; output ``[B]``.

    Raises:
        ValueError: A shape does not fit, or a graph has another number of nodes.

    Example:
        >>> import torch
        >>> classifier = DeepfakeMAEGraphClassifier(nn.Linear(4, 1), torch.ones(3) / 3)
        >>> classifier(torch.rand(3, 4), torch.empty(2, 0, dtype=torch.long)).shape
        torch.Size([1])
    """

    share: Tensor

    def __init__(self, classifier: nn.Linear, share: Tensor) -> None:
        super().__init__(aggr="sum")
        self.classifier = classifier
        self.register_buffer("share", share)

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        batch: Tensor | None = None,
    ) -> Tensor:
        """Return the probability of fake of each graph."""
        check_edges(x, edge_index, edge_weight)
        if x.size(0) % _PARTS:
            raise ValueError(f"'x' must be [B * {_PARTS}, C] (got {list(x.shape)})")
        check_whole_graphs(batch, x.size(0), _PARTS)
        if edge_weight is None:
            edge_weight = x.new_ones(edge_index.size(1))
        # Attention explainers look for a coefficient of this name.
        alpha = edge_weight.to(x.dtype)
        x = x + self.propagate(edge_index, alpha=alpha, size=(x.size(0), x.size(0)))
        pooled = (x.view(-1, _PARTS, x.size(1)) * self.share.to(x).view(1, _PARTS, 1)).sum(1)
        logit: Tensor = self.classifier(pooled)
        return logit.squeeze(1).sigmoid()

    def message(self, alpha: Tensor) -> Tensor:
        """Return what each edge says: nothing, along a way that explainers can follow back."""
        return (alpha * 0).unsqueeze(1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.classifier})"

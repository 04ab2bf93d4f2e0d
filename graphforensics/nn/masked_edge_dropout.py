"""Cut the weakest or random relations while training."""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_share, check_word
from graphforensics.nn.edge_threshold import EdgeThreshold, check_edge_weight, edge_threshold

MaskStrategy = Literal["minimal", "random"]


def masked_edge_dropout(
    edge_weight: Tensor,
    batch: Tensor | None = None,
    rate: float = 0.5,
    strategy: MaskStrategy = "minimal",
    threshold: EdgeThreshold = "range",
    training: bool = True,
    batch_size: int | None = None,
) -> Tensor:
    r"""Set the weakest, or random, edges to exactly 0 and leave the others as they are.

    .. math::
        \mathcal{E}^{\prime}_{ij} = \begin{cases} 0 & \mathcal{E}_{ij} < q \\
        \mathcal{E}_{ij} & \text{otherwise} \end{cases}, \qquad
        q = \mathcal{E}_{\min} + (\mathcal{E}_{\max} - \mathcal{E}_{\min}) \cdot p

    for ``strategy="minimal"`` and :math:`\mathcal{E}^{\prime}_{ij} = \eta_{ij} \mathcal{E}_{ij}`
    with independent :math:`P(\eta_{ij} = 0) = p` for ``"random"``: eqs. 6 and 7 of "Masked Relation
    Learning for DeepFake Detection" (IEEE TIFS 2023). Unlike dropout, survivors are not rescaled.
    Equality keeps the edge, as the paper's text says: rate 0 masks nothing, equal edges (a range
    of 0) are all kept, rate 1 keeps the largest.

    Args:
        edge_weight: Weights of edges; the sign counts, so the most negative go first.
        batch: Graph of each edge; thresholds are then per graph. Default: one graph.
        rate: Share p of the range (or of the edges) to mask. Default: 0.5.
        strategy: ``"minimal"`` or ``"random"``. Default: ``"minimal"``.
        threshold: ``"range"`` is eq. 6; ``"quantile"`` masks the share p of the edges, which is
            what the paper's text calls it. Default: ``"range"``.
        training: Return the edges as they are if False.
        batch_size: Number of graphs in ``batch``; counted by default, which ``torch.compile``
            with ``fullgraph=True`` and ``torch.export`` cannot.

    Shapes:
        ``edge_weight [E]`` (with ``batch [E]`` or without), ``[N, N]`` or ``[B, N, N]``, a
        threshold for each matrix; the output has the same shape.

    Raises:
        ValueError: ``rate`` is not in [0, 1], a word is unknown, or a shape is not one of these.

    Example:
        >>> masked_edge_dropout(torch.tensor([-1.0, 0.5, 2.0, 3.0])).tolist()
        [0.0, 0.0, 2.0, 3.0]
    """
    _check_arguments(rate, strategy, threshold)
    if not training:
        return edge_weight
    kept = kept_edges(edge_weight, batch, rate, strategy, threshold, batch_size)
    return torch.where(kept, edge_weight, torch.zeros_like(edge_weight))


def kept_edges(
    edge_weight: Tensor,
    batch: Tensor | None = None,
    rate: float = 0.5,
    strategy: MaskStrategy = "minimal",
    threshold: EdgeThreshold = "range",
    batch_size: int | None = None,
) -> Tensor:
    """Tell which edges :func:`masked_edge_dropout` keeps, as a bool tensor of the same shape.

    Arguments, shapes and errors are those of :func:`masked_edge_dropout`. An edge that is NaN is
    kept, and so are all edges beside it: a wrong number shows instead of being masked away.

    Example:
        >>> kept_edges(torch.tensor([-1.0, 0.5, 2.0, 3.0]), rate=0.9).tolist()
        [False, False, False, True]
    """
    _check_arguments(rate, strategy, threshold)
    check_edge_weight(edge_weight, batch)
    if strategy == "random":
        # Drawn in float32 whatever the weights are: half precision has too few values.
        drawn = torch.rand(edge_weight.shape, device=edge_weight.device)
        return (drawn >= rate) | edge_weight.isnan()
    level = edge_threshold(edge_weight.detach(), batch, rate, threshold, batch_size)
    return ~(edge_weight < level)


class MaskedEdgeDropout(nn.Module):
    r"""Mask edges while training; the Module twin of :func:`masked_edge_dropout`.

    .. math:: \mathcal{E}^{\prime}_{ij} = \eta_{ij} \mathcal{E}_{ij},
        \qquad \eta_{ij} \in \{0, 1\}

    Args:
        rate: Share p of the range (or of the edges) to mask. Default: 0.5, the paper's best.
        strategy: ``"minimal"`` or ``"random"``. Default: ``"minimal"``.
        threshold: ``"range"`` or ``"quantile"``. Default: ``"range"``.
        mask_at_inference: Mask in evaluation as well, the ablation of RQ2. Default: False.

    Shapes:
        ``edge_weight [E]`` with ``batch [E]`` or without, ``[N, N]`` or ``[B, N, N]``; the output
        has the same shape.

    Raises:
        ValueError: ``rate`` is not in [0, 1], a word is unknown, or a shape is not one of these.

    Example:
        >>> mask = MaskedEdgeDropout(rate=0.5)
        >>> mask(torch.tensor([-1.0, 0.5, 2.0, 3.0])).tolist()
        [0.0, 0.0, 2.0, 3.0]
        >>> mask.eval()(torch.tensor([-1.0, 0.5, 2.0, 3.0])).tolist()
        [-1.0, 0.5, 2.0, 3.0]
    """

    def __init__(
        self,
        rate: float = 0.5,
        strategy: MaskStrategy = "minimal",
        threshold: EdgeThreshold = "range",
        mask_at_inference: bool = False,
    ) -> None:
        super().__init__()
        _check_arguments(rate, strategy, threshold)
        self.rate = rate
        self.strategy: MaskStrategy = strategy
        self.threshold: EdgeThreshold = threshold
        self.mask_at_inference = mask_at_inference

    def reset_parameters(self) -> None:
        """Do nothing: there is nothing to learn."""

    def forward(
        self, edge_weight: Tensor, batch: Tensor | None = None, batch_size: int | None = None
    ) -> Tensor:
        """Return the edges with some of them 0."""
        active = self.training or self.mask_at_inference
        return masked_edge_dropout(
            edge_weight, batch, self.rate, self.strategy, self.threshold, active, batch_size
        )

    def kept(
        self, edge_weight: Tensor, batch: Tensor | None = None, batch_size: int | None = None
    ) -> Tensor:
        """Tell which edges training keeps, whatever mode the module is in."""
        return kept_edges(edge_weight, batch, self.rate, self.strategy, self.threshold, batch_size)

    def __repr__(self) -> str:
        words = [f"rate={self.rate}", f"strategy={self.strategy!r}"]
        if self.strategy == "minimal":
            words.append(f"threshold={self.threshold!r}")
        if self.mask_at_inference:
            words.append("mask_at_inference=True")
        return f"{type(self).__name__}({', '.join(words)})"


def _check_arguments(rate: float, strategy: str, threshold: str) -> None:
    check_share("rate", rate)
    check_word("strategy", strategy, get_args(MaskStrategy))
    check_word("threshold", threshold, get_args(EdgeThreshold))

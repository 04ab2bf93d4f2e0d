"""Hide from the student what the teacher looks at."""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Generator, Tensor, nn

from graphforensics.nn.argument_checks import (
    check_floating,
    check_share,
    check_word,
)
from graphforensics.nn.random_draw import draw_uniform

AttentionMaskStrategy = Literal["high", "low", "random"]


def attention_guided_mask(
    attention: Tensor,
    rate: float = 0.25,
    strategy: AttentionMaskStrategy = "high",
    generator: Generator | None = None,
) -> Tensor:
    r"""Return 0 at the most attended places and 1 elsewhere.

    .. math:: \mathcal{M}_{ij} = \begin{cases} 0 & \mathbf{A}_{ij} \in k(\mathbf{A}) \\
        1 & \text{otherwise} \end{cases}

    Eq. 4 of "Learning to Mask: Towards Generalized Face Forgery Detection"
    (arXiv 2212.14309v1): :math:`k(\mathbf{A})` are the ``round(rate * places)`` highest (12 of
    49), or the lowest, or random ones (table 4). No gradient passes; NaN in a map makes its mask
    NaN.

    Args:
        attention: How much each place is attended to.
        rate: Share of the places to hide. Default: 0.25.
        strategy: ``"high"``, ``"low"`` or ``"random"``. Default: ``"high"``.
        generator: Source of randomness. Default: the global one.

    Shapes:
        ``attention [B, L]`` or ``[B, H, W]``, output the same.

    Raises:
        ValueError: ``rate`` is not in [0, 1], the strategy is unknown, or the attention has
            another shape.

    Example:
        >>> attention_guided_mask(torch.tensor([[0.1, 0.4, 0.3, 0.2]])).tolist()
        [[1.0, 0.0, 1.0, 1.0]]
    """
    _check_arguments(rate, strategy)
    if attention.dim() not in (2, 3) or attention.numel() == 0:
        raise ValueError(f"'attention' must be [B, L] or [B, H, W] (got {list(attention.shape)})")
    check_floating("attention", attention)
    scores = attention.detach().flatten(1)
    ranked = scores
    if strategy == "random":
        ranked = draw_uniform(scores.shape, scores.device, generator)
    hidden = ranked.topk(round(rate * scores.size(1)), dim=1, largest=strategy != "low").indices
    mask = torch.ones_like(scores).scatter(1, hidden, 0)
    unknown = scores.isnan().any(1, keepdim=True)
    return torch.where(unknown, torch.nan, mask).view_as(attention)


class AttentionGuidedMask(nn.Module):
    r"""Hide the most attended places of a feature map while training.

    .. math:: \mathbf{X}^{\prime} = \mathbf{X} \odot \mathcal{M}, \qquad
        \mathcal{M}_{ij} = 0 \text{ where } \mathbf{A}_{ij} \in k(\mathbf{A})

    Eq. 4 of "Learning to Mask: Towards Generalized Face Forgery Detection"
    (arXiv 2212.14309v1), with :func:`attention_guided_mask`. What remains is not rescaled; the
    paper's pooling afterwards is over all places.

    Args:
        rate: Share of the places to hide. Default: 0.25.
        strategy: ``"high"``, ``"low"`` or ``"random"``. Default: ``"high"``.
        mask_at_inference: Hide in evaluation as well. Default: False.

    Shapes:
        ``features [B, C, H, W]`` with ``attention [B, H, W]``, or tokens ``[B, L, C]`` with
        ``attention [B, L]``; the output has the shape of the features.

    Raises:
        ValueError: ``rate`` is not in [0, 1], the strategy is unknown, a shape does not fit, or
            there is no attention to go by.

    Example:
        >>> mask = AttentionGuidedMask(rate=0.5)
        >>> mask(torch.ones(1, 4, 1), torch.tensor([[0.1, 0.4, 0.3, 0.2]])).flatten().tolist()
        [1.0, 0.0, 0.0, 1.0]
    """

    def __init__(
        self,
        rate: float = 0.25,
        strategy: AttentionMaskStrategy = "high",
        mask_at_inference: bool = False,
    ) -> None:
        super().__init__()
        _check_arguments(rate, strategy)
        self.rate = rate
        self.strategy: AttentionMaskStrategy = strategy
        self.mask_at_inference = mask_at_inference

    def reset_parameters(self) -> None:
        """Do nothing: there is nothing to learn."""

    def forward(
        self,
        features: Tensor,
        attention: Tensor | None = None,
        generator: Generator | None = None,
    ) -> Tensor:
        """Return the features with some places 0.

        Args:
            features: A feature map or tokens.
            attention: How much each place is attended to; ``"random"`` can do without.
            generator: Source of randomness. Default: the global one.
        """
        places = _places(features)
        if attention is not None and list(attention.shape) != places:
            raise ValueError(f"'attention' must be {places} (got {list(attention.shape)})")
        if not (self.training or self.mask_at_inference):
            return features
        if attention is None and self.strategy != "random":
            raise ValueError(f"'attention' must be given for strategy {self.strategy!r} (got None)")
        guide = features.new_zeros(places) if attention is None else attention
        mask = attention_guided_mask(guide, self.rate, self.strategy, generator)
        return features * mask.unsqueeze(1 if features.dim() == 4 else 2).to(features.dtype)

    def __repr__(self) -> str:
        always = ", mask_at_inference=True" if self.mask_at_inference else ""
        return f"{type(self).__name__}(rate={self.rate}, strategy={self.strategy!r}{always})"


def _check_arguments(rate: float, strategy: str) -> None:
    check_share("rate", rate)
    check_word("strategy", strategy, get_args(AttentionMaskStrategy))


def _places(features: Tensor) -> list[int]:
    if features.dim() not in (3, 4):
        raise ValueError(
            f"'features' must be [B, C, H, W] or [B, L, C] (got {list(features.shape)})"
        )
    shape = list(features.shape)
    return [shape[0], *shape[2:]] if len(shape) == 4 else shape[:2]

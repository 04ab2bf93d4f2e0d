"""One feature vector for each attended region."""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_word
from graphforensics.nn.precision import full_precision, unit_length

Pooling = Literal["average", "max"]


def attention_pool(features: Tensor, attention: Tensor, pooling: Pooling = "average") -> Tensor:
    r"""Pool the features under each attention map and scale the result to length 1.

    .. math::
        \mathbf{v}_n = \frac{\sum_{d, h, w} \mathbf{F}_{O, dhw} \, F_{A, nhw}}
        {\lVert \sum_{d, h, w} \mathbf{F}_{O, dhw} \, F_{A, nhw} \rVert_2}

    Eq. 3 of "Masked Relation Learning for DeepFake Detection" (IEEE TIFS 2023), read as the
    normalised average pooling of the multi-attentional network that it cites; ``"max"`` takes the
    maximum instead of the sum (table IV). A map that is 0 everywhere gives a vector of zeros.

    Args:
        features: Feature maps.
        attention: One map a region, the same for all frames.
        pooling: ``"average"`` or ``"max"``. Default: ``"average"``.

    Shapes:
        ``features [B, C, D, H, W]`` or ``[B, C, H, W]``, ``attention [B, N, H, W]``, output
        ``[B, N, C]``, of the type of ``features``, float32 where those are whole numbers.

    Raises:
        ValueError: ``pooling`` is unknown or the shapes do not fit.

    Example:
        >>> features = torch.tensor([3.0, 4.0]).view(1, 2, 1, 1, 1)
        >>> attention_pool(features, torch.ones(1, 1, 1, 1)).tolist()
        [[[0.6000000238418579, 0.800000011920929]]]
    """
    check_word("pooling", pooling, get_args(Pooling))
    clip = features.unsqueeze(2) if features.dim() == 4 else features
    _check_shapes(features, clip, attention)
    # The result does not depend on the scale, so the mean over time serves for the sum; and sums
    # over hundreds of places need more than half precision.
    wide = torch.float64 if features.dtype == torch.float64 else torch.float32
    if pooling == "average":
        still = clip.mean(2, dtype=wide).flatten(2)
        with full_precision(still):
            pooled = attention.to(wide).flatten(2) @ still.transpose(1, 2)
    else:
        pooled = _largest(clip.to(wide), attention.to(wide))
    unit = unit_length(pooled)
    # Shares of a length of 1 are no whole numbers.
    return unit.to(features.dtype) if features.is_floating_point() else unit


class AttentionPool(nn.Module):
    r"""Pool features under attention maps; the Module twin of :func:`attention_pool`.

    .. math:: \mathbf{v}_n = \mathrm{normalise} \big( \textstyle\sum_{d, h, w}
        \mathbf{F}_{O, dhw} \, F_{A, nhw} \big)

    Args:
        pooling: ``"average"`` or ``"max"``. Default: ``"average"``.

    Shapes:
        ``features [B, C, D, H, W]`` or ``[B, C, H, W]``, ``attention [B, N, H, W]``, output
        ``[B, N, C]``.

    Raises:
        ValueError: ``pooling`` is unknown or the shapes do not fit.

    Example:
        >>> AttentionPool()(torch.rand(2, 8, 5, 7, 7), torch.rand(2, 3, 7, 7)).shape
        torch.Size([2, 3, 8])
    """

    def __init__(self, pooling: Pooling = "average") -> None:
        super().__init__()
        check_word("pooling", pooling, get_args(Pooling))
        self.pooling: Pooling = pooling

    def reset_parameters(self) -> None:
        """Do nothing: there is nothing to learn."""

    def forward(self, features: Tensor, attention: Tensor) -> Tensor:
        """Return one vector a region."""
        return attention_pool(features, attention, self.pooling)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.pooling!r})"


def _largest(clip: Tensor, attention: Tensor) -> Tensor:
    # Along time the map is one number: its product is largest at the features' largest value, or
    # at their smallest where the map is negative. This spares a [B, N, C, D, H, W] tensor.
    maps = attention.unsqueeze(2)
    highest, lowest = clip.amax(2).unsqueeze(1), clip.amin(2).unsqueeze(1)
    return (maps * torch.where(maps < 0, lowest, highest)).amax((-2, -1))


def _check_shapes(features: Tensor, clip: Tensor, attention: Tensor) -> None:
    fits = clip.dim() == 5 and attention.dim() == 4 and attention.size(0) == clip.size(0)
    if not fits or attention.shape[2:] != clip.shape[3:]:
        raise ValueError(
            f"'attention' must be [B, N, H, W] for 'features' [B, C, D, H, W] or [B, C, H, W] "
            f"(got {list(attention.shape)} for {list(features.shape)})"
        )

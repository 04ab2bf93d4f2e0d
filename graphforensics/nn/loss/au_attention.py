"""Find the action units where they are."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from graphforensics.nn.argument_checks import check_shape
from graphforensics.nn.precision import widened


def au_attention_loss(maps: Tensor, target: Tensor, delta: float = 0.5) -> Tensor:
    r"""Huber loss between predicted and true maps of the action units.

    .. math:: \mathcal{L}_{Att} = \mathcal{L}_{\delta}(\mathbf{M}_{AU} - \mathbf{Y}_{Att}), \qquad
        \mathcal{L}_{\delta}(a) = \begin{cases} \frac{1}{2} a^2 & \lvert a \rvert \le \delta \\
        \delta (\lvert a \rvert - \frac{1}{2} \delta) & \text{otherwise} \end{cases}

    averaged over all places: eq. 1 of "AUNet: Learning Relations Between Action Units for Face
    Forgery Detection" (CVPR 2023).

    Args:
        maps: Predicted maps (:class:`~graphforensics.nn.AURelationAttention`).
        target: True maps, of the same size.
        delta: Where the loss turns linear. Default: 0.5.

    Shapes:
        ``maps`` and ``target [B, K, H, W]``; the output is a scalar.

    Raises:
        ValueError: ``delta`` is not positive, or a shape is another.

    Example:
        >>> import torch
        >>> au_attention_loss(torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 2, 2)).item()
        0.375
    """
    _check_delta(delta)
    check_shape("maps", maps, ("B", "K", "H", "W"))
    check_shape("target", target, tuple(maps.shape))
    wide = widened(maps)
    return functional.huber_loss(wide, target.to(wide.dtype), delta=delta)


class AUAttentionLoss(nn.Module):
    r"""Find the action units where they are; the Module twin of :func:`au_attention_loss`.

    .. math:: \mathcal{L}_{Att} = \mathcal{L}_{\delta}(\mathbf{M}_{AU} - \mathbf{Y}_{Att})

    Args:
        delta: Where the loss turns linear. Default: 0.5.

    Shapes:
        ``maps`` and ``target [B, K, H, W]``; the output is a scalar.

    Raises:
        ValueError: ``delta`` is not positive, or a shape is another.

    Example:
        >>> import torch
        >>> AUAttentionLoss()(torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 2, 2)).item()
        0.0
    """

    def __init__(self, delta: float = 0.5) -> None:
        super().__init__()
        _check_delta(delta)
        self.delta = delta

    def forward(self, maps: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return au_attention_loss(maps, target, self.delta)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(delta={self.delta})"


def _check_delta(delta: float) -> None:
    if not delta > 0:
        raise ValueError(f"'delta' must be positive (got {delta})")

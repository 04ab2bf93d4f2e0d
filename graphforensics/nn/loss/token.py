"""Tell for each patch token whether its patch was tampered with."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from graphforensics.nn.argument_checks import check_floating, check_shape
from graphforensics.nn.precision import widened


def token_loss(logit: Tensor, labels: Tensor) -> Tensor:
    r"""Cross-entropy between what each patch token says and its label.

    .. math:: \mathcal{L}_{token} = \frac{1}{n} \sum_{i=1}^{n}
        H(\mathrm{fc}(\mathbf{x}_i), y_i^{token})

    averaged over the batch: eq. 19 of "AUNet: Learning Relations Between Action Units for Face
    Forgery Detection" (CVPR 2023). One logit a token means the same as two with
    softmax, of which the first (real) is 0.

    Args:
        logit: Output of the layer that all tokens share; positive means fake.
        labels: 1 for tampered, 0 for real (:func:`~graphforensics.nn.token_labels`).

    Shapes:
        ``logit [B, n]`` or, real first, ``[B, n, 2]``, ``labels [B, n]``; the output is a scalar.

    Raises:
        ValueError: A shape is not one of these, or the logits are no floats.

    Example:
        >>> import torch
        >>> token_loss(torch.zeros(1, 3), torch.tensor([[1.0, 0.0, 0.0]])).item()
        0.6931471824645996
    """
    check_floating("logit", logit)
    check_shape("logit", logit, ("B", "n"), ("B", "n", 2))
    check_shape("labels", labels, tuple(logit.shape[:2]))
    wide = widened(logit)
    fake = wide[..., 1] - wide[..., 0] if wide.dim() == 3 else wide
    return functional.binary_cross_entropy_with_logits(fake, labels.to(fake.dtype))


class TokenLoss(nn.Module):
    r"""Tell tampered patch tokens; the Module twin of :func:`token_loss`.

    .. math:: \mathcal{L}_{token} = \frac{1}{n} \sum_{i=1}^{n}
        H(\mathrm{fc}(\mathbf{x}_i), y_i^{token})

    Shapes:
        ``logit [B, n]`` or ``[B, n, 2]``, ``labels [B, n]``; the output is a scalar.

    Raises:
        ValueError: A shape is not one of these, or the logits are no floats.

    Example:
        >>> import torch
        >>> TokenLoss()(torch.zeros(1, 3, 2), torch.ones(1, 3)).item()
        0.6931471824645996
    """

    def forward(self, logit: Tensor, labels: Tensor) -> Tensor:
        """Return the loss."""
        return token_loss(logit, labels)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

"""Find the forged pixels."""

from __future__ import annotations

from typing import Literal, get_args

from torch import Tensor, nn
from torch.nn import functional

from graphforensics.nn.argument_checks import check_shape, check_word
from graphforensics.nn.loss.similarity import mean_of_present, only_present
from graphforensics.nn.precision import widened

SegmentationReduction = Literal["mean", "sum"]


def segmentation_loss(
    logit: Tensor,
    mask: Tensor,
    present: Tensor | None = None,
    reduction: SegmentationReduction = "mean",
) -> Tensor:
    r"""Cross-entropy of each pixel between the predicted and the true forgery mask.

    .. math:: \mathcal{L}_{seg} = \sum_{i, j} -\left[ M_{ij} \log \hat{M}_{ij}
        + (1 - M_{ij}) \log(1 - \hat{M}_{ij}) \right], \qquad \hat{M} = \sigma(\text{logit})

    Eq. 12 of "Local Relation Learning for Face Forgery Detection" (AAAI 2021), averaged over
    the faces. ``"mean"`` averages over the pixels too, so that its weight does not depend on the
    size of the image; ``"sum"`` is the paper's letter.

    Args:
        logit: Predicted mask before the sigmoid.
        mask: 1 where a pixel is forged, 0 where it is real; bool will do.
        present: Which faces have a mask; the others do not count, and without any the loss is 0.
            Default: all.
        reduction: ``"mean"`` or ``"sum"`` over the pixels. Default: ``"mean"``.

    Shapes:
        ``logit`` and ``mask [B, H, W]`` or ``[B, 1, H, W]``, both the same, ``present [B]`` (bool);
        the output is a scalar.

    Raises:
        ValueError: A shape is not one of these, or the reduction is unknown.

    Example:
        >>> import torch
        >>> segmentation_loss(torch.zeros(1, 4, 4), torch.ones(1, 4, 4)).item()
        0.6931471824645996
    """
    check_word("reduction", reduction, get_args(SegmentationReduction))
    check_shape("logit", logit, ("B", "H", "W"), ("B", 1, "H", "W"))
    check_shape("mask", mask, tuple(logit.shape))
    wide = widened(logit)
    wanted = only_present(mask.to(wide.dtype), present, wide.sigmoid())
    pixels = functional.binary_cross_entropy_with_logits(wide, wanted, reduction="none").flatten(1)
    faces = pixels.mean(1) if reduction == "mean" else pixels.sum(1)
    return mean_of_present(faces, present)


class SegmentationLoss(nn.Module):
    r"""Find the forged pixels; the Module twin of :func:`segmentation_loss`.

    .. math:: \mathcal{L}_{seg} = \sum_{i, j} -\left[ M_{ij} \log \hat{M}_{ij}
        + (1 - M_{ij}) \log(1 - \hat{M}_{ij}) \right]

    Args:
        reduction: ``"mean"`` or ``"sum"`` over the pixels. Default: ``"mean"``.

    Shapes:
        ``logit`` and ``mask [B, H, W]`` or ``[B, 1, H, W]``, ``present [B]`` (bool); the output is
        a scalar.

    Raises:
        ValueError: A shape is not one of these, or the reduction is unknown.

    Example:
        >>> import torch
        >>> SegmentationLoss("sum")(torch.zeros(1, 1, 2), torch.ones(1, 1, 2)).item()
        1.3862943649291992
    """

    def __init__(self, reduction: SegmentationReduction = "mean") -> None:
        super().__init__()
        check_word("reduction", reduction, get_args(SegmentationReduction))
        self.reduction: SegmentationReduction = reduction

    def forward(self, logit: Tensor, mask: Tensor, present: Tensor | None = None) -> Tensor:
        """Return the loss."""
        return segmentation_loss(logit, mask, present, self.reduction)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(reduction={self.reduction!r})"

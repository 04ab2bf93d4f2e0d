"""Make patches alike that are both real or both forged."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_shape
from graphforensics.nn.precision import widened


def similarity_loss(predicted: Tensor, target: Tensor, present: Tensor | None = None) -> Tensor:
    r"""Compare the predicted similarity of patches with the wanted one.

    .. math:: \mathcal{L}_{sim} = \lVert \mathbf{s} - \hat{\mathbf{s}} \rVert_2

    with the Frobenius norm of each face's matrix, averaged over the faces: eq. 10 of "Local
    Relation Learning for Face Forgery Detection" (AAAI 2021).

    Args:
        predicted: Similarity of patches (:class:`~graphforensics.nn.PatchSimilarityGraph`).
        target: What it should be (:func:`~graphforensics.nn.similarity_target`).
        present: Which faces have a mask; the others do not count, and without any the loss is 0.
            Default: all.

    Shapes:
        ``predicted`` and ``target [B, N, N]``, ``present [B]`` (bool); the output is a scalar.

    Raises:
        ValueError: A shape is not one of these.

    Example:
        >>> similarity_loss(torch.zeros(1, 2, 2), torch.ones(1, 2, 2)).item()
        2.0
    """
    nodes = predicted.size(-1) if predicted.dim() else 0
    check_shape("predicted", predicted, ("B", nodes, nodes))
    check_shape("target", target, tuple(predicted.shape))
    wanted = only_present(target, present, predicted)
    off = torch.linalg.matrix_norm(widened(wanted) - widened(predicted))
    return mean_of_present(off, present)


class SimilarityLoss(nn.Module):
    r"""Compare similarities of patches; the Module twin of :func:`similarity_loss`.

    .. math:: \mathcal{L}_{sim} = \lVert \mathbf{s} - \hat{\mathbf{s}} \rVert_2

    Shapes:
        ``predicted`` and ``target [B, N, N]``, ``present [B]`` (bool); the output is a scalar.

    Raises:
        ValueError: A shape is not one of these.

    Example:
        >>> SimilarityLoss()(torch.zeros(1, 2, 2), torch.ones(1, 2, 2)).item()
        2.0
    """

    def forward(self, predicted: Tensor, target: Tensor, present: Tensor | None = None) -> Tensor:
        """Return the loss."""
        return similarity_loss(predicted, target, present)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def only_present(target: Tensor, present: Tensor | None, instead: Tensor) -> Tensor:
    """Put ``instead``, without its gradient, for the targets of faces that have none.

    Whatever such a target holds, NaN included, then reaches neither the loss nor a gradient.
    """
    if present is None:
        return target
    check_shape("present", present, (target.size(0),))
    if present.dtype != torch.bool:
        raise ValueError(f"'present' must be bool (got {present.dtype})")
    kept = present.view(-1, *(1,) * (target.dim() - 1))
    return torch.where(kept, target, instead.detach().to(target.dtype))


def mean_of_present(losses: Tensor, present: Tensor | None) -> Tensor:
    """Average one loss a face over the faces that count; 0 if there are none."""
    if present is None:
        return losses.mean()
    return torch.where(present, losses, 0).sum() / present.sum().clamp(min=1)

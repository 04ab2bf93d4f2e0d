"""Orthogonal diversity loss of MRL, eq. 4."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_shape
from graphforensics.nn.precision import full_precision, widened


def orthogonal_diversity_loss(features: Tensor) -> Tensor:
    r"""Penalise regions whose features point the same way.

    .. math:: \mathcal{L}_{od} = \frac{1}{T} \sum_{t=1}^{T}
        \lVert \mathbf{V}^t {\mathbf{V}^t}^{\top} - \mathbf{I} \rVert_F

    averaged over the batch: eq. 4 of "Masked Relation Learning for DeepFake Detection"
    (IEEE TIFS 2023).

    Args:
        features: Features of the regions in each snippet, each of length 1
            (:func:`~graphforensics.nn.attention_pool`).

    Shapes:
        ``features [B, T, N, C]``; the output is a scalar.

    Raises:
        ValueError: The features have another shape, or there are none.

    Example:
        >>> orthogonal_diversity_loss(torch.eye(3).view(1, 1, 3, 3)).item()
        0.0
    """
    check_shape("features", features, ("B", "T", "N", "C"))
    wide = widened(features)
    with full_precision(wide):
        gram = wide @ wide.transpose(-2, -1)
        identity = torch.eye(gram.size(-1), dtype=gram.dtype, device=gram.device)
        distances: Tensor = torch.linalg.matrix_norm(gram - identity)
    return distances.mean()


class OrthogonalDiversityLoss(nn.Module):
    r"""Keep the regions apart; the Module twin of :func:`orthogonal_diversity_loss`.

    .. math:: \mathcal{L}_{od} = \frac{1}{T} \sum_{t=1}^{T}
        \lVert \mathbf{V}^t {\mathbf{V}^t}^{\top} - \mathbf{I} \rVert_F

    Shapes:
        ``features [B, T, N, C]``; the output is a scalar.

    Raises:
        ValueError: The features have another shape, or there are none.

    Example:
        >>> OrthogonalDiversityLoss()(torch.eye(3).view(1, 1, 3, 3)).item()
        0.0
    """

    def forward(self, features: Tensor) -> Tensor:
        """Return the loss."""
        return orthogonal_diversity_loss(features)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

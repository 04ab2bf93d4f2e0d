"""Temporal consistency loss of MRL, eq. 5."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_shape


def temporal_consistency_loss(features: Tensor) -> Tensor:
    r"""Penalise regions whose features jump from one snippet to the next.

    .. math:: \mathcal{L}_{tc} = \frac{1}{T} \sum_{t=1}^{T-1}
        \lVert \mathbf{V}^t - \mathbf{V}^{t-1} \rVert_F

    averaged over the batch: eq. 5 of "Masked Relation Learning for DeepFake Detection"
    (IEEE TIFS 2023). One snippet has nothing to be consistent with: the loss is 0.

    Args:
        features: Features of the regions in each snippet.

    Shapes:
        ``features [B, T, N, C]``; the output is a scalar.

    Raises:
        ValueError: The features have another shape, or there are none.

    Example:
        >>> features = torch.tensor([0.0, 3.0]).view(1, 2, 1, 1)
        >>> temporal_consistency_loss(features).item()
        1.5
    """
    check_shape("features", features, ("B", "T", "N", "C"))
    steps: Tensor = torch.linalg.matrix_norm(features[:, 1:] - features[:, :-1])
    return steps.sum(1).mean() / features.size(1)


class TemporalConsistencyLoss(nn.Module):
    r"""Keep each region where it was; the Module twin of :func:`temporal_consistency_loss`.

    .. math:: \mathcal{L}_{tc} = \frac{1}{T} \sum_{t=1}^{T-1}
        \lVert \mathbf{V}^t - \mathbf{V}^{t-1} \rVert_F

    Shapes:
        ``features [B, T, N, C]``; the output is a scalar.

    Raises:
        ValueError: The features have another shape, or there are none.

    Example:
        >>> TemporalConsistencyLoss()(torch.tensor([0.0, 3.0]).view(1, 2, 1, 1)).item()
        1.5
    """

    def forward(self, features: Tensor) -> Tensor:
        """Return the loss."""
        return temporal_consistency_loss(features)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

"""Losses, each a function and its Module twin."""

from graphforensics.nn.loss.orthogonal_diversity import (
    OrthogonalDiversityLoss,
    orthogonal_diversity_loss,
)
from graphforensics.nn.loss.temporal_consistency import (
    TemporalConsistencyLoss,
    temporal_consistency_loss,
)

__all__ = [
    "OrthogonalDiversityLoss",
    "TemporalConsistencyLoss",
    "orthogonal_diversity_loss",
    "temporal_consistency_loss",
]

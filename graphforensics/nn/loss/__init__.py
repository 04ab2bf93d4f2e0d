"""Losses, each a function and its Module twin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.nn.loss.attention_diversity import (
        AttentionDiversityLoss,
        attention_diversity_loss,
    )
    from graphforensics.nn.loss.au_attention import AUAttentionLoss, au_attention_loss
    from graphforensics.nn.loss.orthogonal_diversity import (
        OrthogonalDiversityLoss,
        orthogonal_diversity_loss,
    )
    from graphforensics.nn.loss.segmentation import SegmentationLoss, segmentation_loss
    from graphforensics.nn.loss.similarity import SimilarityLoss, similarity_loss
    from graphforensics.nn.loss.temporal_consistency import (
        TemporalConsistencyLoss,
        temporal_consistency_loss,
    )
    from graphforensics.nn.loss.token import TokenLoss, token_loss

__all__ = [
    "AUAttentionLoss",
    "AttentionDiversityLoss",
    "OrthogonalDiversityLoss",
    "SegmentationLoss",
    "SimilarityLoss",
    "TemporalConsistencyLoss",
    "TokenLoss",
    "attention_diversity_loss",
    "au_attention_loss",
    "orthogonal_diversity_loss",
    "segmentation_loss",
    "similarity_loss",
    "temporal_consistency_loss",
    "token_loss",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "attention_diversity": "AttentionDiversityLoss attention_diversity_loss",
        "au_attention": "AUAttentionLoss au_attention_loss",
        "orthogonal_diversity": "OrthogonalDiversityLoss orthogonal_diversity_loss",
        "segmentation": "SegmentationLoss segmentation_loss",
        "similarity": "SimilarityLoss similarity_loss",
        "temporal_consistency": "TemporalConsistencyLoss temporal_consistency_loss",
        "token": "TokenLoss token_loss",
    },
)

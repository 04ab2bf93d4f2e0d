"""Losses, each a function and its Module twin."""

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

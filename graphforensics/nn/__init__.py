"""Layers: encoders, attention, relations, recurrence, masking, losses.

Each is usable by itself in a plain PyTorch Geometric pipeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.nn.art_encoder import ARTEncoder, ARTFeatures
    from graphforensics.nn.attention_centre import attention_centre
    from graphforensics.nn.attention_guided_mask import AttentionGuidedMask, attention_guided_mask
    from graphforensics.nn.attention_pool import AttentionPool, attention_pool
    from graphforensics.nn.au_agnostic_branch import AUAgnosticBranch, PatchTokens
    from graphforensics.nn.au_relation_attention import AURelationAttention, AURelations
    from graphforensics.nn.class_attention_map import class_attention_map
    from graphforensics.nn.clip_conv3d import ClipConv3d
    from graphforensics.nn.dense_propagate import dense_propagate
    from graphforensics.nn.dense_tgcn_cell import DenseTGCNCell
    from graphforensics.nn.diverse_multihead_attention import DiverseMultiheadAttention
    from graphforensics.nn.edge_sum import EdgeSum
    from graphforensics.nn.edge_threshold import edge_threshold
    from graphforensics.nn.encoder.build import build_encoder
    from graphforensics.nn.encoder.pytorchvideo_encoder import PyTorchVideoEncoder
    from graphforensics.nn.encoder.staged_encoder import StagedEncoder
    from graphforensics.nn.encoder.timm_encoder import TimmEncoder
    from graphforensics.nn.encoder.torchvision_video_encoder import TorchvisionVideoEncoder
    from graphforensics.nn.facial_part_mask import FacialPartMask, PartMask, facial_part_mask
    from graphforensics.nn.feature_mixup import FeatureMixup, feature_mixup
    from graphforensics.nn.feature_statistics_mixing import (
        FeatureStatisticsMixing,
        mix_feature_statistics,
    )
    from graphforensics.nn.high_pass_dct import HighPassDCT, high_pass_dct
    from graphforensics.nn.learned_edges import LearnedEdges
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
    from graphforensics.nn.mask_decoder import MaskDecoder
    from graphforensics.nn.masked_edge_dropout import (
        MaskedEdgeDropout,
        kept_edges,
        masked_edge_dropout,
    )
    from graphforensics.nn.multi_scale_fusion import MultiScaleFusion
    from graphforensics.nn.patch_similarity import PatchSimilarityGraph, patch_similarity
    from graphforensics.nn.post_norm_block import PostNormBlock
    from graphforensics.nn.recurrent_cell import RecurrentCell
    from graphforensics.nn.relation_conv import RelationConv
    from graphforensics.nn.relation_importance import (
        RelationImportance,
        dense_relation_importance,
        relation_importance,
    )
    from graphforensics.nn.rgb_frequency_attention import RGBFrequencyAttention
    from graphforensics.nn.rgb_frequency_encoder import RGBFrequencyEncoder
    from graphforensics.nn.similarity_target import similarity_target
    from graphforensics.nn.spatial_attention import SpatialAttention
    from graphforensics.nn.spatiotemporal_attention import SpatioTemporalAttention
    from graphforensics.nn.tgcn_cell import TGCNCell
    from graphforensics.nn.token_labels import token_labels
    from graphforensics.nn.visible_tokens import VisibleTokens, visible_tokens

__all__ = [
    "ARTEncoder",
    "ARTFeatures",
    "AUAgnosticBranch",
    "AUAttentionLoss",
    "AURelationAttention",
    "AURelations",
    "AttentionDiversityLoss",
    "AttentionGuidedMask",
    "AttentionPool",
    "ClipConv3d",
    "DenseTGCNCell",
    "DiverseMultiheadAttention",
    "EdgeSum",
    "FacialPartMask",
    "FeatureMixup",
    "FeatureStatisticsMixing",
    "HighPassDCT",
    "LearnedEdges",
    "MaskDecoder",
    "MaskedEdgeDropout",
    "MultiScaleFusion",
    "OrthogonalDiversityLoss",
    "PartMask",
    "PatchSimilarityGraph",
    "PatchTokens",
    "PostNormBlock",
    "PyTorchVideoEncoder",
    "RGBFrequencyAttention",
    "RGBFrequencyEncoder",
    "RecurrentCell",
    "RelationConv",
    "RelationImportance",
    "SegmentationLoss",
    "SimilarityLoss",
    "SpatialAttention",
    "SpatioTemporalAttention",
    "StagedEncoder",
    "TGCNCell",
    "TemporalConsistencyLoss",
    "TimmEncoder",
    "TokenLoss",
    "TorchvisionVideoEncoder",
    "VisibleTokens",
    "attention_centre",
    "attention_diversity_loss",
    "attention_guided_mask",
    "attention_pool",
    "au_attention_loss",
    "build_encoder",
    "class_attention_map",
    "dense_propagate",
    "dense_relation_importance",
    "edge_threshold",
    "facial_part_mask",
    "feature_mixup",
    "high_pass_dct",
    "kept_edges",
    "masked_edge_dropout",
    "mix_feature_statistics",
    "orthogonal_diversity_loss",
    "patch_similarity",
    "relation_importance",
    "segmentation_loss",
    "similarity_loss",
    "similarity_target",
    "temporal_consistency_loss",
    "token_labels",
    "token_loss",
    "visible_tokens",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "art_encoder": "ARTEncoder ARTFeatures",
        "attention_centre": "attention_centre",
        "attention_guided_mask": "AttentionGuidedMask attention_guided_mask",
        "attention_pool": "AttentionPool attention_pool",
        "au_agnostic_branch": "AUAgnosticBranch PatchTokens",
        "au_relation_attention": "AURelationAttention AURelations",
        "class_attention_map": "class_attention_map",
        "clip_conv3d": "ClipConv3d",
        "dense_propagate": "dense_propagate",
        "dense_tgcn_cell": "DenseTGCNCell",
        "diverse_multihead_attention": "DiverseMultiheadAttention",
        "edge_sum": "EdgeSum",
        "edge_threshold": "edge_threshold",
        "encoder.pytorchvideo_encoder": "PyTorchVideoEncoder",
        "encoder.staged_encoder": "StagedEncoder",
        "encoder.timm_encoder": "TimmEncoder",
        "encoder.torchvision_video_encoder": "TorchvisionVideoEncoder",
        "encoder.build": "build_encoder",
        "facial_part_mask": "FacialPartMask PartMask facial_part_mask",
        "feature_mixup": "FeatureMixup feature_mixup",
        "feature_statistics_mixing": "FeatureStatisticsMixing mix_feature_statistics",
        "high_pass_dct": "HighPassDCT high_pass_dct",
        "learned_edges": "LearnedEdges",
        "loss.attention_diversity": "AttentionDiversityLoss attention_diversity_loss",
        "loss.au_attention": "AUAttentionLoss au_attention_loss",
        "loss.orthogonal_diversity": "OrthogonalDiversityLoss orthogonal_diversity_loss",
        "loss.segmentation": "SegmentationLoss segmentation_loss",
        "loss.similarity": "SimilarityLoss similarity_loss",
        "loss.temporal_consistency": "TemporalConsistencyLoss temporal_consistency_loss",
        "loss.token": "TokenLoss token_loss",
        "mask_decoder": "MaskDecoder",
        "masked_edge_dropout": "MaskedEdgeDropout kept_edges masked_edge_dropout",
        "multi_scale_fusion": "MultiScaleFusion",
        "patch_similarity": "PatchSimilarityGraph patch_similarity",
        "post_norm_block": "PostNormBlock",
        "recurrent_cell": "RecurrentCell",
        "relation_conv": "RelationConv",
        "relation_importance": "RelationImportance dense_relation_importance relation_importance",
        "rgb_frequency_attention": "RGBFrequencyAttention",
        "rgb_frequency_encoder": "RGBFrequencyEncoder",
        "similarity_target": "similarity_target",
        "spatial_attention": "SpatialAttention",
        "spatiotemporal_attention": "SpatioTemporalAttention",
        "tgcn_cell": "TGCNCell",
        "token_labels": "token_labels",
        "visible_tokens": "VisibleTokens visible_tokens",
    },
)

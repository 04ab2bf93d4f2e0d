"""Layers: encoders, attention, relations, recurrence, masking, losses.

Each is usable by itself in a plain PyTorch Geometric pipeline.
"""

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
from graphforensics.nn.encoder import (
    PyTorchVideoEncoder,
    StagedEncoder,
    TimmEncoder,
    TorchvisionVideoEncoder,
    build_encoder,
)
from graphforensics.nn.facial_part_mask import FacialPartMask, PartMask, facial_part_mask
from graphforensics.nn.feature_mixup import FeatureMixup, feature_mixup
from graphforensics.nn.feature_statistics_mixing import (
    FeatureStatisticsMixing,
    mix_feature_statistics,
)
from graphforensics.nn.high_pass_dct import HighPassDCT, high_pass_dct
from graphforensics.nn.learned_edges import LearnedEdges
from graphforensics.nn.loss import (
    AttentionDiversityLoss,
    AUAttentionLoss,
    OrthogonalDiversityLoss,
    SegmentationLoss,
    SimilarityLoss,
    TemporalConsistencyLoss,
    TokenLoss,
    attention_diversity_loss,
    au_attention_loss,
    orthogonal_diversity_loss,
    segmentation_loss,
    similarity_loss,
    temporal_consistency_loss,
    token_loss,
)
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

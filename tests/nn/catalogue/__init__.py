"""Every public layer and loss, small, with inputs of every kind that it takes."""

from tests.nn.catalogue.encoders import ENCODERS
from tests.nn.catalogue.entry import AsModule, Entry
from tests.nn.catalogue.graph import GRAPH
from tests.nn.catalogue.losses import LOSSES
from tests.nn.catalogue.maps import MAPS
from tests.nn.catalogue.tokens import TOKENS

__all__ = [
    "ENCODERS",
    "ENTRIES",
    "GRAPH",
    "MAPS",
    "NOT_LAYERS",
    "TOKENS",
    "TWINS",
    "AsModule",
    "Entry",
]

#: Results, which compute nothing, and the builder of encoders, which has no tensors to check.
NOT_LAYERS = {"ARTFeatures", "AURelations", "PartMask", "PatchTokens", "VisibleTokens"}
NOT_LAYERS |= {"build_encoder"}

#: Functions that a Module twin calls with the same tensors.
TWINS = {
    "attention_diversity_loss": "AttentionDiversityLoss",
    "attention_guided_mask": "AttentionGuidedMask",
    "attention_pool": "AttentionPool",
    "au_attention_loss": "AUAttentionLoss",
    "facial_part_mask": "FacialPartMask",
    "feature_mixup": "FeatureMixup",
    "high_pass_dct": "HighPassDCT",
    "masked_edge_dropout": "MaskedEdgeDropout",
    "mix_feature_statistics": "FeatureStatisticsMixing",
    "orthogonal_diversity_loss": "OrthogonalDiversityLoss",
    "patch_similarity": "PatchSimilarityGraph",
    "relation_importance": "RelationImportance",
    "segmentation_loss": "SegmentationLoss",
    "similarity_loss": "SimilarityLoss",
    "temporal_consistency_loss": "TemporalConsistencyLoss",
    "token_loss": "TokenLoss",
}

ENTRIES: dict[str, Entry] = {**GRAPH, **MAPS, **TOKENS, **LOSSES, **ENCODERS}

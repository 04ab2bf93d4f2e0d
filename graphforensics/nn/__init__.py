"""Layers: encoders, attention, relations, recurrence, masking, losses.

Each is usable by itself in a plain PyTorch Geometric pipeline.
"""

from graphforensics.nn.attention_centre import attention_centre
from graphforensics.nn.attention_pool import AttentionPool, attention_pool
from graphforensics.nn.dense_propagate import dense_propagate
from graphforensics.nn.dense_tgcn_cell import DenseTGCNCell
from graphforensics.nn.edge_sum import EdgeSum
from graphforensics.nn.edge_threshold import edge_threshold
from graphforensics.nn.encoder import TimmEncoder, TorchvisionVideoEncoder, build_encoder
from graphforensics.nn.learned_edges import LearnedEdges
from graphforensics.nn.loss import (
    OrthogonalDiversityLoss,
    TemporalConsistencyLoss,
    orthogonal_diversity_loss,
    temporal_consistency_loss,
)
from graphforensics.nn.masked_edge_dropout import (
    MaskedEdgeDropout,
    kept_edges,
    masked_edge_dropout,
)
from graphforensics.nn.relation_conv import RelationConv
from graphforensics.nn.spatial_attention import SpatialAttention
from graphforensics.nn.spatiotemporal_attention import SpatioTemporalAttention
from graphforensics.nn.tgcn_cell import TGCNCell

__all__ = [
    "AttentionPool",
    "DenseTGCNCell",
    "EdgeSum",
    "LearnedEdges",
    "MaskedEdgeDropout",
    "OrthogonalDiversityLoss",
    "RelationConv",
    "SpatialAttention",
    "SpatioTemporalAttention",
    "TGCNCell",
    "TemporalConsistencyLoss",
    "TimmEncoder",
    "TorchvisionVideoEncoder",
    "attention_centre",
    "attention_pool",
    "build_encoder",
    "dense_propagate",
    "edge_threshold",
    "kept_edges",
    "masked_edge_dropout",
    "orthogonal_diversity_loss",
    "temporal_consistency_loss",
]

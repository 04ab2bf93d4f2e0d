"""Transforms of face graphs in the manner of PyTorch Geometric, and among its own."""

from graphforensics.transforms.append_positions import AppendPositions
from graphforensics.transforms.keep_top_relations import KeepTopRelations
from graphforensics.transforms.mask_regions import MaskRegions
from graphforensics.transforms.merge_views import MergeViews
from graphforensics.transforms.symmetrize_relations import SymmetrizeRelations
from graphforensics.transforms.threshold_relations import ThresholdRelations

__all__ = [
    "AppendPositions",
    "KeepTopRelations",
    "MaskRegions",
    "MergeViews",
    "SymmetrizeRelations",
    "ThresholdRelations",
]

"""Transforms of face graphs in the manner of PyTorch Geometric, and among its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
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

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "append_positions": "AppendPositions",
        "keep_top_relations": "KeepTopRelations",
        "mask_regions": "MaskRegions",
        "merge_views": "MergeViews",
        "symmetrize_relations": "SymmetrizeRelations",
        "threshold_relations": "ThresholdRelations",
    },
)

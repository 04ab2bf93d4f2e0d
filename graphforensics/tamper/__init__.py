"""Forgeries made of real faces, to train and to test detectors with."""

from graphforensics.tamper.batched_self_blend import SelfBlend
from graphforensics.tamper.difference_mask import difference_mask
from graphforensics.tamper.difference_masks import DifferenceMasks, write_difference_masks
from graphforensics.tamper.face_mask import extend_forehead, hull_mask, soften
from graphforensics.tamper.forge import forge
from graphforensics.tamper.forge_summary import ForgeSummary
from graphforensics.tamper.partial_face_mask import (
    FaceMask,
    PartialFaceMask,
    partial_face_mask,
)
from graphforensics.tamper.pixel_changes import change_colour, change_detail
from graphforensics.tamper.recipe_batch import RecipeBatch
from graphforensics.tamper.self_blend import self_blend
from graphforensics.tamper.self_blend_batch import SelfBlendBatch
from graphforensics.tamper.self_blend_recipe import SelfBlendRecipe
from graphforensics.tamper.self_blend_result import SelfBlendResult
from graphforensics.tamper.tampered_pairs import TamperedPairs
from graphforensics.tamper.usable_landmarks import usable_landmarks

__all__ = [
    "DifferenceMasks",
    "FaceMask",
    "ForgeSummary",
    "PartialFaceMask",
    "RecipeBatch",
    "SelfBlend",
    "SelfBlendBatch",
    "SelfBlendRecipe",
    "SelfBlendResult",
    "TamperedPairs",
    "change_colour",
    "change_detail",
    "difference_mask",
    "extend_forehead",
    "forge",
    "hull_mask",
    "partial_face_mask",
    "self_blend",
    "soften",
    "usable_landmarks",
    "write_difference_masks",
]

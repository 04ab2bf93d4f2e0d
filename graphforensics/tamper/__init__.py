"""Forgeries made of real faces, to train and to test detectors with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.regions.usable_landmarks import usable_landmarks
    from graphforensics.tamper.driven.mouth import Mouth
    from graphforensics.tamper.driven.reenact import Reenact
    from graphforensics.tamper.families import FAMILIES
    from graphforensics.tamper.family import ClipToForge, Family, FrameForger
    from graphforensics.tamper.files.forge import forge
    from graphforensics.tamper.files.forge_summary import ForgeSummary
    from graphforensics.tamper.masks.difference_mask import difference_mask
    from graphforensics.tamper.masks.face_mask import extend_forehead, hull_mask, soften
    from graphforensics.tamper.masks.partial_face_mask import (
        FaceMask,
        PartialFaceMask,
        partial_face_mask,
    )
    from graphforensics.tamper.masks.write_difference_masks import (
        DifferenceMasks,
        write_difference_masks,
    )
    from graphforensics.tamper.recipe.recipe_batch import RecipeBatch
    from graphforensics.tamper.recipe.self_blend_recipe import SelfBlendRecipe
    from graphforensics.tamper.regenerate.regenerate import Regenerate, RegenerateBatch
    from graphforensics.tamper.regenerate.regenerate_recipe import RegenerateRecipe
    from graphforensics.tamper.self_blend.batched import SelfBlend
    from graphforensics.tamper.self_blend.pixel_changes import change_colour, change_detail
    from graphforensics.tamper.self_blend.self_blend_batch import SelfBlendBatch
    from graphforensics.tamper.self_blend.self_blend_result import SelfBlendResult
    from graphforensics.tamper.self_blend.single import self_blend
    from graphforensics.tamper.self_blend.tampered_pairs import TamperedPairs
    from graphforensics.tamper.swap.swap import Swap

__all__ = [
    "FAMILIES",
    "ClipToForge",
    "DifferenceMasks",
    "FaceMask",
    "Family",
    "ForgeSummary",
    "FrameForger",
    "Mouth",
    "PartialFaceMask",
    "RecipeBatch",
    "Reenact",
    "Regenerate",
    "RegenerateBatch",
    "RegenerateRecipe",
    "SelfBlend",
    "SelfBlendBatch",
    "SelfBlendRecipe",
    "SelfBlendResult",
    "Swap",
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

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "self_blend.batched": "SelfBlend",
        "masks.difference_mask": "difference_mask",
        "masks.write_difference_masks": "DifferenceMasks write_difference_masks",
        "masks.face_mask": "extend_forehead hull_mask soften",
        "families": "FAMILIES",
        "family": "ClipToForge Family FrameForger",
        "files.forge": "forge",
        "files.forge_summary": "ForgeSummary",
        "masks.partial_face_mask": "FaceMask PartialFaceMask partial_face_mask",
        "self_blend.pixel_changes": "change_colour change_detail",
        "recipe.recipe_batch": "RecipeBatch",
        "regenerate.regenerate": "Regenerate RegenerateBatch",
        "regenerate.regenerate_recipe": "RegenerateRecipe",
        "self_blend.single": "self_blend",
        "self_blend.self_blend_batch": "SelfBlendBatch",
        "recipe.self_blend_recipe": "SelfBlendRecipe",
        "self_blend.self_blend_result": "SelfBlendResult",
        "self_blend.tampered_pairs": "TamperedPairs",
        "graphforensics.regions.usable_landmarks": "usable_landmarks",
        "swap.swap": "Swap",
        "driven.reenact": "Reenact",
        "driven.mouth": "Mouth",
    },
)

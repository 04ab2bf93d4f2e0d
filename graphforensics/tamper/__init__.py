"""Forgeries made of real faces, to train and to test detectors with."""

from graphforensics.tamper.difference_mask import difference_mask
from graphforensics.tamper.face_mask import extend_forehead, hull_mask, soften
from graphforensics.tamper.forge import forge
from graphforensics.tamper.forge_summary import ForgeSummary
from graphforensics.tamper.pixel_changes import change_colour, change_detail
from graphforensics.tamper.self_blend import self_blend
from graphforensics.tamper.self_blend_recipe import SelfBlendRecipe
from graphforensics.tamper.self_blend_result import SelfBlendResult

__all__ = [
    "ForgeSummary",
    "SelfBlendRecipe",
    "SelfBlendResult",
    "change_colour",
    "change_detail",
    "difference_mask",
    "extend_forehead",
    "forge",
    "hull_mask",
    "self_blend",
    "soften",
]

"""Geometry of faces: from 68 landmarks to parts, action units, hulls and patches, in torch."""

from graphforensics.regions.action_units import (
    ACTION_UNIT_NAMES,
    ACTION_UNITS,
    action_unit_masks,
)
from graphforensics.regions.face_frame import FaceFrame
from graphforensics.regions.facial_parts import FACIAL_PARTS, facial_parts
from graphforensics.regions.gaussian_blur import gaussian_blur
from graphforensics.regions.hull import convex_hull_mask, face_hull
from graphforensics.regions.landmark_groups import (
    LANDMARK_GROUPS,
    MIRRORED_LANDMARKS,
    NUM_LANDMARKS,
)
from graphforensics.regions.mirror import mirror_landmarks
from graphforensics.regions.patch_grid import PatchGrid, patch_grid
from graphforensics.regions.region_centers import region_centers

__all__ = [
    "ACTION_UNITS",
    "ACTION_UNIT_NAMES",
    "FACIAL_PARTS",
    "LANDMARK_GROUPS",
    "MIRRORED_LANDMARKS",
    "NUM_LANDMARKS",
    "FaceFrame",
    "PatchGrid",
    "action_unit_masks",
    "convex_hull_mask",
    "face_hull",
    "facial_parts",
    "gaussian_blur",
    "mirror_landmarks",
    "patch_grid",
    "region_centers",
]

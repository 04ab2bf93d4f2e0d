"""Geometry of faces: from 68 landmarks to parts, action units, hulls and patches, in torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.regions.action_units import (
        ACTION_UNIT_NAMES,
        ACTION_UNITS,
        action_unit_masks,
    )
    from graphforensics.regions.face_frame import FaceFrame
    from graphforensics.regions.facial_parts import FACIAL_PARTS, facial_parts
    from graphforensics.regions.gaussian_blur import gaussian_blur
    from graphforensics.regions.hull import convex_hull_mask, face_hull
    from graphforensics.regions.landmark_edges import landmark_edges
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
    "landmark_edges",
    "mirror_landmarks",
    "patch_grid",
    "region_centers",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "action_units": "ACTION_UNIT_NAMES ACTION_UNITS action_unit_masks",
        "face_frame": "FaceFrame",
        "facial_parts": "FACIAL_PARTS facial_parts",
        "gaussian_blur": "gaussian_blur",
        "hull": "convex_hull_mask face_hull",
        "landmark_edges": "landmark_edges",
        "landmark_groups": "LANDMARK_GROUPS MIRRORED_LANDMARKS NUM_LANDMARKS",
        "mirror": "mirror_landmarks",
        "patch_grid": "PatchGrid patch_grid",
        "region_centers": "region_centers",
    },
)

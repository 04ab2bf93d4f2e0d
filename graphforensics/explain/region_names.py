"""What people call the regions of a graph."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.regions.action_units import ACTION_UNIT_NAMES, ACTION_UNITS
from graphforensics.regions.landmark_groups import LANDMARK_GROUPS
from graphforensics.regions.mean_face import mean_face

_PARTS = ("the eyes", "the cheeks and the nose", "the mouth")
_WORDS = {
    "left_eye": "the eye on the left",
    "right_eye": "the eye on the right",
    "left_brow": "the brow on the left",
    "right_brow": "the brow on the right",
    "nose": "the nose",
    "mouth": "the mouth",
}
#: A node further than that from every feature, in sides of the crop, is named by its place.
_NEAR = 0.12


def region_names(kind: str, pos: Tensor, margin: float = 1.3) -> tuple[str, ...]:
    """Name each node by what it is, or by the feature of an average face that it lies on.

    Left and right are the picture's sides. A place away from all features is named as the edge of
    the face that it lies towards.

    Args:
        kind: Kind of the graph's nodes, as :class:`~graphforensics.data.FaceGraph` calls it.
        pos: Centres, x then y, from 0 to 1.
        margin: Side of the crop over the side of the face's box. Default: 1.3.

    Shapes:
        ``pos [N, 2]``.

    Example:
        >>> region_names("patch", torch.tensor([[0.5, 0.7], [0.02, 0.5]]))
        ('the mouth', 'the left of the face')
    """
    if kind == "au" and len(pos) == len(ACTION_UNITS):
        return tuple(
            f"{name} ({unit})" for name, unit in zip(ACTION_UNIT_NAMES, ACTION_UNITS, strict=True)
        )
    if kind == "part" and len(pos) == len(_PARTS):
        return _PARTS
    face = (mean_face(1000, margin).double() + 0.5) / 1000
    centres = torch.stack([face[list(LANDMARK_GROUPS[part])].mean(0) for part in _WORDS])
    return tuple(_named(place, centres) for place in pos.detach().cpu().double())


def _named(place: Tensor, centres: Tensor) -> str:
    distance = torch.linalg.vector_norm(centres - place, dim=1)
    nearest = int(distance.argmin())
    if distance[nearest] <= _NEAR:
        return list(_WORDS.values())[nearest]
    across, down = (place - 0.5).tolist()
    if abs(across) >= abs(down):
        return f"the {'left' if across < 0 else 'right'} of the face"
    return "the top of the face" if down < 0 else "the bottom of the face"

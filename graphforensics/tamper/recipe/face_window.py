"""The part of the picture that a face's mask can reach."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from graphforensics.tamper.recipe.recipe_batch import RecipeBatch

#: A face's crop is the box of its landmarks, this many times as long.
CROP_MARGIN = 1.3
#: How far the elastic field reaches, in its standard deviations.
_ELASTIC_REACH = 3.0
_BROWS = ((slice(17, 22), slice(36, 42)), (slice(22, 27), slice(42, 48)))


class FaceWindow(NamedTuple):
    """Where faces are, in pixels.

    Attributes:
        points: Landmarks whose hull is the mask, brows moved up: ``[B, 68, 2]``.
        centre: Middle of the landmarks' box, ``[B, 2]``.
        side: Side of the face's crop, the unit of a recipe's lengths, ``[B]``.
        radius: Radius of the blur, ``[B]``.
        low: Upper left corner of the window, ``[B, 2]``.
        extent: Its width and height, ``[B, 2]``.
    """

    points: Tensor
    centre: Tensor
    side: Tensor
    radius: Tensor
    low: Tensor
    extent: Tensor

    @classmethod
    def around(cls, landmarks: Tensor, recipe: RecipeBatch) -> FaceWindow:
        """Frame faces with room for all that their recipes move, bend and blur.

        Args:
            landmarks: ``[B, 68, 2]``, in pixels.
            recipe: B recipes.
        """
        low, high = landmarks.amin(1), landmarks.amax(1)
        side = CROP_MARGIN * (high - low).amax(1)
        radius = (recipe.blur * side).round().clamp_min(2)
        points = _lift_brows(landmarks, recipe.forehead)
        low, top = points.amin(1), points.amax(1)
        taller = recipe.scale + recipe.stretch + recipe.scale * recipe.stretch
        grown = (top - low).amax(1) * torch.maximum(recipe.scale.abs(), taller.abs())
        moved = side * (recipe.shift.abs().amax(1) + _ELASTIC_REACH * recipe.elastic)
        room = (grown + moved + radius + 2).unsqueeze(1)
        centre = (landmarks.amin(1) + high) / 2
        return cls(points, centre, side, radius, low - room, top - low + 2 * room)


def _lift_brows(landmarks: Tensor, amount: Tensor) -> Tensor:
    """Move the brows up by so many distances from eye to brow."""
    points = landmarks.clone()
    for brow, eye in _BROWS:
        up = landmarks[:, brow].mean(1) - landmarks[:, eye].mean(1)
        points[:, brow] += (amount.unsqueeze(1) * up).unsqueeze(1)
    return points

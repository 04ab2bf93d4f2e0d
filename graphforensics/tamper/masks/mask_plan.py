"""What the masks of a batch are drawn from."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from graphforensics.regions.action_unit_ellipses import ELLIPSE_UNITS, fit_ellipses, invert
from graphforensics.regions.hull_planes import hull_planes
from graphforensics.tamper.recipe.elastic_field import elastic_field
from graphforensics.tamper.recipe.face_window import FaceWindow
from graphforensics.tamper.recipe.recipe_batch import RecipeBatch

#: How much farther than the blur removed regions reach: the blur then never enters them,
#: also where the mask bends around them.
SPARE = 1.25
_FAR = 1e9
#: Cells across the window: a cell is about twice the standard deviation of the weakest blur, so
#: that the Gaussian that carries the mask over to pixels does not show them.
CELLS = 96


@dataclass(frozen=True)
class MaskPlan:
    """Small tensors for a whole batch, so that masks can be drawn a few at a time without doing
    the small work over and over. Lengths are in pixels, places relative to the faces' centres.

    Args:
        low: Upper left corners of the windows in the picture, ``[B, 2]``.
        extent: Their widths and heights, ``[B, 2]``.
        centre: Centres of the faces in the picture, ``[B, 2]``.
        radius: How far the blur reaches, ``[B]``.
        borders: ``[B, E, 5]``; times x, y, -1 and the two elastic displacements the largest is how
            far a place's source lies outside the hull, drawn in by the erosion.
        field: Elastic displacements of the cells, ``[B, 2, n, n]``.
        ellipses: ``[B, L, 6]``; times xx, xy, yy, x, y and 1 the smallest is about how far a place
            lies outside the removed regions, widened; L is 0 where none are removed at all.
    """

    low: Tensor
    extent: Tensor
    centre: Tensor
    radius: Tensor
    borders: Tensor
    field: Tensor
    ellipses: Tensor

    @classmethod
    def of(cls, landmarks: Tensor, recipe: RecipeBatch, partial: bool) -> MaskPlan:
        """Plan the masks of faces.

        Args:
            landmarks: Usable ones in pixels, ``[B, 68, 2]``.
            recipe: B recipes on the landmarks' device.
            partial: Some recipe removes regions; known by the caller without asking a device.
        """
        window = FaceWindow.around(landmarks, recipe)
        ellipses = landmarks.new_zeros(len(landmarks), 0, 6)
        if partial:
            ellipses = _removed_ellipses(landmarks, window, recipe.removed)
        return cls(
            window.low,
            window.extent,
            window.centre,
            window.radius,
            _borders(window, recipe),
            _finer(elastic_field(recipe.elastic_seed)),
            ellipses,
        )

    def rows(self, part: slice) -> MaskPlan:
        """Return the plan of some masks."""
        return replace(self, **{one.name: getattr(self, one.name)[part] for one in fields(self)})


def _finer(field: Tensor) -> Tensor:
    """Interpolate elastic fields to the cells, bicubically, ``[B, 2, n, n]``."""
    # As a product of matrices: on a CPU some times as fast as interpolating the fields.
    unit = torch.eye(field.size(-1), device=field.device)[None, None]
    weight = F.interpolate(unit, size=(CELLS, unit.size(-1)), mode="bicubic")[0, 0]
    return weight @ field @ weight.T


def _borders(window: FaceWindow, recipe: RecipeBatch) -> Tensor:
    """Put the source's motion, and the erosion, into the hull's half-planes."""
    planes = hull_planes(window.points - window.centre.unsqueeze(1))
    normal, offset = planes[..., :2], planes[..., 2:]
    side = window.side.view(-1, 1, 1)
    growth = [recipe.growth(axis) for axis in (0, 1)]
    along = normal / torch.stack(growth, dim=1).unsqueeze(1)
    moved = (along * (recipe.shift.unsqueeze(1) * side)).sum(2, keepdim=True)
    drawn_in = recipe.erosion.view(-1, 1, 1) * side
    bent = normal * (recipe.elastic.view(-1, 1, 1) * side)
    return torch.cat([along, offset + moved - drawn_in, bent], dim=2)


def _removed_ellipses(landmarks: Tensor, window: FaceWindow, removed: Tensor) -> Tensor:
    """Return the removed ellipses' coefficients; the others' are out of reach.

    With the smaller half-axis b of an ellipse, ``b / 2 (q - 1)`` is the distance near its border.
    """
    center, matrix = fit_ellipses(landmarks)
    wide = _widen(matrix, SPARE * window.radius)
    (a, b), (_, c) = (row.unbind(-1) for row in invert(wide).unbind(-2))
    gap = ((a - c).square() + 4 * b.square()).sqrt()
    half = 0.5 / ((a + c + gap) / 2).sqrt()
    x, y = (center - window.centre.unsqueeze(1)).unbind(-1)
    one = a * x.square() + 2 * b * x * y + c * y.square() - 1
    terms = torch.stack([a, 2 * b, c, -2 * (a * x + b * y), -2 * (b * x + c * y), one], dim=-1)
    terms = terms * half.unsqueeze(-1)
    units = torch.tensor(ELLIPSE_UNITS, device=removed.device)
    terms[..., 5] += ~removed[:, units] * _FAR
    return terms


def _widen(matrix: Tensor, amount: Tensor) -> Tensor:
    r"""Lengthen both half-axes of ellipses: :math:`(\mathbf{M}^{1/2} + \rho \mathbf{I})^2`."""
    (a, b), (_, c) = (row.unbind(-1) for row in matrix.unbind(-2))
    root = (a * c - b * b).sqrt()[..., None, None]
    unit = torch.eye(2, device=matrix.device, dtype=matrix.dtype)
    square_root = (matrix + root * unit) / (a + c)[..., None, None].add(2 * root).sqrt()
    longer = square_root + amount.view(-1, 1, 1, 1) * unit
    return longer @ longer

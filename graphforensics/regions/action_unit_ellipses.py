"""The ellipses of fifteen action units, from landmarks."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor

from graphforensics.regions._action_unit_rules import RULES
from graphforensics.regions.face_frame import FaceFrame
from graphforensics.regions.landmark_groups import MIRRORED_LANDMARKS

#: Which action unit each ellipse belongs to: the one or the left of each, then the right of pairs.
ELLIPSE_UNITS: tuple[int, ...] = (
    *range(len(RULES)),
    *(number for number, rule in enumerate(RULES) if rule.paired),
)


def fit_ellipses(landmarks: Tensor) -> tuple[Tensor, Tensor]:
    """Fit all L ellipses to faces, by the moments of their points.

    Args:
        landmarks: In pixels, iBUG order.

    Shapes:
        ``landmarks [B, 68, 2]``; centres ``[B, L, 2]`` and matrices ``[B, L, 2, 2]``. A place x
        lies in the ellipse with centre c and matrix M where ``(x - c) M^-1 (x - c) <= 1``.
    """
    frame = FaceFrame.from_landmarks(landmarks)
    table = _points()
    weight = landmarks.new_tensor(table.weight)
    origin = landmarks[:, torch.tensor(table.landmark, device=landmarks.device)]
    points = origin + frame.offset(landmarks.new_tensor(table.offset))
    center = torch.einsum("lp,blpk->blk", weight, points)
    away = points - center.unsqueeze(2)
    matrix = 2 * torch.einsum("lp,blpj,blpk->bljk", weight, away, away)
    margin = landmarks.new_tensor(table.margin) * frame.unit.unsqueeze(1)
    # An ellipse of at least 0.75 pixels meets a pixel's centre wherever it lies.
    widen = margin.clamp_min(0.75).square()[..., None, None]
    matrix = matrix + widen * torch.eye(2, device=matrix.device, dtype=matrix.dtype)
    return center, matrix


def invert(matrix: Tensor) -> Tensor:
    """Invert matrices ``[..., 2, 2]``."""
    (a, b), (c, d) = (row.unbind(-1) for row in matrix.unbind(-2))
    adjugate = torch.stack([d, -b, -c, a], dim=-1).view(matrix.shape)
    return adjugate / (a * d - b * c)[..., None, None]


class _Points(NamedTuple):
    """The points of all L ellipses, P each, and the ellipses' margins."""

    landmark: list[list[int]]
    offset: list[list[tuple[float, float]]]
    weight: list[list[float]]
    margin: list[float]


@cache
def _points() -> _Points:
    """List the one or the left ellipse of each action unit, then the right ones of pairs."""
    sides = [(rule, -1.0) for rule in RULES] + [(rule, 1.0) for rule in RULES if rule.paired]
    most = max(len(rule.points) for rule in RULES)
    table = _Points([], [], [], [rule.margin for rule, _ in sides])
    for rule, sign in sides:
        count, padding = len(rule.points), most - len(rule.points)
        found = [MIRRORED_LANDMARKS[p] if sign > 0 else p for p, _, _ in rule.points]
        moved = [(sign * out, down) for _, out, down in rule.points]
        table.landmark.append(found + [0] * padding)
        table.offset.append(moved + [(0.0, 0.0)] * padding)
        table.weight.append([1 / count] * count + [0.0] * padding)
    return table

"""Convex hulls of points as masks."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.regions._checks import (
    is_finite,
    landmark_batch,
    point_batch,
    size_pair,
    unbatch,
)
from graphforensics.regions.face_frame import FaceFrame
from graphforensics.regions.landmark_groups import LANDMARK_GROUPS

#: Pairs of points that are handled at once, so that memory does not grow with their number.
_PAIRS = 512


def convex_hull_mask(points: Tensor, size: int | tuple[int, int]) -> Tensor:
    r"""Draw the filled convex hull of points.

    Row y of the hull of points :math:`p_i` runs from the leftmost to the rightmost crossing of
    that row with any segment between two of them, because every edge of the hull is one of
    those segments and no segment leaves the hull:

    .. math:: \Big[\min_{i,j} x_{ij}(y),\; \max_{i,j} x_{ij}(y)\Big], \qquad
        x_{ij}(y) = x_i + \frac{y - y_i}{y_j - y_i} (x_j - x_i)

    A pixel is in where its centre, which has whole coordinates, is in or on the border.

    Args:
        points: x and y in pixels; they may lie outside the picture.
        size: Side, or (height, width), of the mask in pixels.

    Shapes:
        ``points [P, 2]`` or ``[B, P, 2]``; the output is ``[H, W]`` or ``[B, H, W]``, 0 or 1 in the
        points' type. Points that coincide or lie on a line have a hull without area: it holds
        the pixel centres that it meets, mostly none.

    Raises:
        ValueError: A wrong shape or size, or points that are not finite; under
            ``torch.compile`` and ``torch.export`` the mask of such points is NaN.

    Example:
        >>> points = torch.tensor([[1.0, 1.0], [3.0, 1.0], [1.0, 3.0]])
        >>> convex_hull_mask(points, 4).int().tolist()
        [[0, 0, 0, 0], [0, 1, 1, 1], [0, 1, 1, 0], [0, 1, 0, 0]]
    """
    batch = point_batch("points", points, "[P, 2] or [B, P, 2]")
    height, width = size_pair("size", size)
    rows = torch.arange(height, device=batch.device, dtype=batch.dtype)
    columns = torch.arange(width, device=batch.device, dtype=batch.dtype)
    first, last = _row_spans(batch, rows)
    inside = (columns >= first.unsqueeze(-1)) & (columns <= last.unsqueeze(-1))
    finite = is_finite(batch).view(-1, 1, 1)
    return unbatch(torch.where(finite, inside.to(batch.dtype), torch.nan), points)


def face_hull(
    landmarks: Tensor, size: int | tuple[int, int], extend_forehead: float = 0.0
) -> Tensor:
    r"""Draw the convex hull of a face's 68 landmarks.

    The landmarks end at the brows. ``extend_forehead`` first lifts those of the brows along the
    face's own vertical axis :math:`\mathbf{v}`, by that many times the distance d of the inner
    eye corners: :math:`p_i \leftarrow p_i - e\, d\, \mathbf{v}`. At 1 the hull reaches roughly
    the middle of the forehead.

    Args:
        landmarks: In pixels, iBUG order.
        size: Side, or (height, width), of the mask in pixels.
        extend_forehead: How far to lift the brows, in inner-eye-corner distances.

    Shapes:
        ``landmarks [68, 2]`` or ``[B, 68, 2]``; the output is ``[H, W]`` or ``[B, H, W]``, 0 or 1.

    Raises:
        ValueError: A wrong shape or size, a negative ``extend_forehead``, landmarks that are not
            finite, or, with ``extend_forehead``, eye corners that coincide; under
            ``torch.compile`` and ``torch.export`` the mask of such a face is NaN.

    The facial mask :math:`M_f` of "AUNet: Learning Relations Between Action Units for Face Forgery
    Detection" (CVPR 2023) is the hull with ``extend_forehead=0``.

    Example:
        >>> face_hull(torch.rand(2, 68, 2) * 200, 224).shape
        torch.Size([2, 224, 224])
    """
    if not extend_forehead >= 0:
        raise ValueError(f"'extend_forehead' must not be negative (got {extend_forehead})")
    batch = landmark_batch(landmarks)
    if extend_forehead:
        frame = FaceFrame.from_landmarks(batch)
        lift = frame.offset(batch.new_tensor([0.0, -extend_forehead]))
        brows = batch.new_zeros(batch.size(1), 1)
        brows[list(LANDMARK_GROUPS["brows"])] = 1
        batch = batch + brows * lift.unsqueeze(1)
    return unbatch(convex_hull_mask(batch, size), landmarks)


def _row_spans(points: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
    """Return where the hull begins and ends in each row, ``[B, H]`` each; inf, -inf in none."""
    first = points.new_full((points.size(0), rows.numel()), torch.inf)
    last = -first
    # A point is a pair with itself, so that a level edge is met at both of its ends.
    pairs = torch.combinations(torch.arange(points.size(1)), with_replacement=True)
    for start, end in (chunk.unbind(1) for chunk in torch.split(pairs.to(points.device), _PAIRS)):
        x, met = _crossings(points[:, start], points[:, end], rows)
        first = torch.minimum(first, torch.where(met, x, torch.inf).amin(1))
        last = torch.maximum(last, torch.where(met, x, -torch.inf).amax(1))
    # Rounding must not drop a pixel whose centre lies on the border.
    slack = 8 * torch.finfo(points.dtype).eps * points.abs().flatten(1).amax(1).view(-1, 1)
    return first - slack, last + slack


def _crossings(start: Tensor, end: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
    """Return where segments ``[B, P, 2]`` cross rows and whether they do, ``[B, P, H]`` each."""
    (x0, y0), (x1, y1) = start.unsqueeze(-1).unbind(2), end.unsqueeze(-1).unbind(2)
    rise = y1 - y0
    share = (rows - y0) / torch.where(rise == 0, 1, rise)
    met = (rows >= torch.minimum(y0, y1)) & (rows <= torch.maximum(y0, y1))
    return x0 + share * (x1 - x0), met

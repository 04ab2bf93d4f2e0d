"""Which landmarks a face can be forged by."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from graphforensics.regions._checks import check_landmarks
from graphforensics.regions.landmark_groups import LANDMARK_GROUPS, NUM_LANDMARKS

#: Less is no face but a speck: two pixels of each eye.
_SMALLEST = 6.0
#: Width over length, by standard deviations, below which points lie on a line.
_FLATTEST = 0.05
#: Beyond it float32 pixels lose their fractions.
_FURTHEST = 1e6


def usable_landmarks(landmarks: Tensor, size: tuple[int, int]) -> Tensor:
    """Tell which faces have landmarks that show a face in the picture.

    They are finite, at least 6 pixels wide or high, not in one place nor on a line, the eyes apart
    from each other, and their box meets the picture. Never an error: a batch may hold a
    frame without a face.

    Args:
        landmarks: In pixels, iBUG order.
        size: Height and width of the picture.

    Shapes:
        ``landmarks [..., 68, 2]``; the output is ``bool [...]``.

    Raises:
        ValueError: A wrong shape.

    Example:
        >>> face = torch.rand(68, 2) * 100
        >>> usable_landmarks(torch.stack([face, face * 0, face - 500]), (100, 100)).tolist()
        [True, False, False]
    """
    check_landmarks(landmarks)
    points = landmarks.double()
    known = (points.abs() < _FURTHEST).flatten(-2).all(-1)
    points = torch.where(known[..., None, None], points, 0)
    low, high = points.amin(-2), points.amax(-2)
    last = points.new_tensor([size[1] - 1, size[0] - 1])
    seen = ((high > 0) & (low < last)).all(-1)
    return known & seen & _has_shape(points) & _has_eyes(points)


def replace_unusable(landmarks: Tensor, usable: Tensor, size: tuple[int, int]) -> Tensor:
    """Put a ring of points over the picture where landmarks show no face.

    A batch can then be computed as one without a NaN in it; the results are to be thrown away.

    Shapes: ``landmarks [B, 68, 2]``, ``usable [B]``; the output is like ``landmarks``.
    """
    height, width = size
    angle = torch.arange(NUM_LANDMARKS, device=landmarks.device) * (2 * math.pi / NUM_LANDMARKS)
    x, y = width * (1 + angle.cos()), height * (1 + angle.sin())
    ring = torch.stack([x, y], dim=1).to(landmarks.dtype)
    return torch.where(usable[:, None, None], landmarks, ring)


def _has_shape(points: Tensor) -> Tensor:
    """Say whether points are spread in two directions."""
    away = points - points.mean(-2, keepdim=True)
    xx, yy = away.square().mean(-2).unbind(-1)
    xy = away.prod(-1).mean(-1)
    middle, half = (xx + yy) / 2, ((xx - yy).square() / 4 + xy.square()).sqrt()
    spread = (points.amax(-2) - points.amin(-2)).amax(-1)
    return (spread >= _SMALLEST) & (middle - half > _FLATTEST**2 * (middle + half))


def _has_eyes(points: Tensor) -> Tensor:
    """Say whether the eyes, and their inner corners, are a pixel's fraction apart."""
    left, right = (
        points[..., list(LANDMARK_GROUPS[eye]), :].mean(-2) for eye in ("left_eye", "right_eye")
    )
    corners = points[..., 39, :] - points[..., 42, :]
    return torch.minimum((left - right).norm(dim=-1), corners.norm(dim=-1)) > 0.1

"""Arithmetic of boxes ``(x0, y0, x1, y1)``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Box = Sequence[float] | NDArray[np.floating]


def overlap(first: Box, second: Box) -> float:
    """Return intersection over union of two boxes, in [0, 1].

    Example:
        >>> overlap((0, 0, 2, 2), (1, 0, 3, 2))
        0.3333333333333333
    """
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return float(common / (_area(first) + _area(second) - common))


def shorter_side(box: Box) -> float:
    """Return the shorter side of a box."""
    return float(min(box[2] - box[0], box[3] - box[1]))


def square_around(box: Box, scale: float) -> tuple[float, float, float]:
    """Return centre x, centre y and side of a square ``scale`` times a box's longer side."""
    side = scale * max(box[2] - box[0], box[3] - box[1])
    return float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2, float(side)


def _area(box: Box) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]))

"""Where a face's skin shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.draw import polygon

from graphforensics.regions.landmark_groups import LANDMARK_GROUPS
from graphforensics.tamper.masks.face_mask import hull_mask

_OPENINGS = ("left_eye", "right_eye", "outer_lips")


def fill_polygon(points: NDArray[np.floating], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Fill a polygon ``[n, 2]``, x then y in pixels; it may leave the picture or be empty."""
    mask = np.zeros(shape, dtype=bool)
    rows, columns = polygon(points[:, 1], points[:, 0], shape)
    mask[rows, columns] = True
    return mask


def skin_mask(landmarks: NDArray[np.floating], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Fill the hull of the landmarks, drawn in by a tenth, without eyes and mouth.

    Args:
        landmarks: 68 in iBUG order ``[68, 2]``, in pixels.
        shape: Height and width of the mask.

    Raises:
        NoFaceError: As :func:`~graphforensics.tamper.hull_mask`.
    """
    points = np.asarray(landmarks, np.float64)
    middle = points.mean(axis=0)
    skin = hull_mask(middle + 0.9 * (points - middle), shape)
    for name in _OPENINGS:
        outline = points[list(LANDMARK_GROUPS[name])]
        centre = outline.mean(axis=0)
        skin &= ~fill_polygon(centre + 1.2 * (outline - centre), shape)
    return skin

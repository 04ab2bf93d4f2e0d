"""Which way a face looks, read off its landmarks."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphforensics.errors import NoFaceError
from graphforensics.regions.landmark_groups import LANDMARK_GROUPS

_TIP, _INNER = 30, (61, 62, 63, 67, 66, 65)


class FacePose(NamedTuple):
    """Measures of pose and expression, without a camera model.

    Attributes:
        yaw: How far the tip of the nose lies to the picture's right of the middle between the
            eyes, in distances between the eyes; 0 for a frontal face.
        pitch: How far it lies below, in the same unit; smaller when the face looks up.
        roll: Angle of the line through the eyes in radians, clockwise in the picture.
        eyes: Mean height of an eye over its width.
        mouth: Mean gap between the inner lips over the mouth's width.
    """

    yaw: float
    pitch: float
    roll: float
    eyes: float
    mouth: float

    @classmethod
    def of(cls, landmarks: NDArray[np.floating]) -> FacePose:
        """Measure a face.

        Args:
            landmarks: 68 in iBUG order ``[68, 2]``, in pixels.

        Raises:
            NoFaceError: Eyes that coincide, or numbers that are not finite.
        """
        points = np.asarray(landmarks, np.float64)
        left, right = (points[list(LANDMARK_GROUPS[eye])].mean(0) for eye in _EYES)
        across = right - left
        unit = float(np.hypot(*across))
        if not unit > 1e-3 or not np.isfinite(points).all():
            raise NoFaceError("the landmarks show no two eyes")
        axis = across / unit
        away = (points[_TIP] - (left + right) / 2) / unit
        yaw, pitch = float(away @ axis), float(away @ np.array([-axis[1], axis[0]]))
        roll = math.atan2(across[1], across[0])
        return cls(yaw, pitch, roll, _eye_openness(points), mouth_openness(points))


_EYES = ("left_eye", "right_eye")


def mouth_openness(points: NDArray[np.floating]) -> float:
    """Return the mean gap between the inner lips over the mouth's width."""
    upper, lower = points[list(_INNER[:3])], points[list(_INNER[3:])]
    width = np.hypot(*(points[54] - points[48]))
    return float(np.hypot(*(upper - lower).T).mean() / max(width, 1e-6))


def _eye_openness(points: NDArray[np.float64]) -> float:
    heights = points[[37, 38, 43, 44]] - points[[41, 40, 47, 46]]
    widths = points[[39, 45]] - points[[36, 42]]
    return float(np.hypot(*heights.T).mean() / max(np.hypot(*widths.T).mean(), 1e-6))

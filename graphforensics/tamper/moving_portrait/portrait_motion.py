"""How a photographed face and the camera before it move."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphforensics.regions.landmark_groups import LANDMARK_GROUPS

#: Courses of :class:`FrameDrift`: camera to the side, up, turn and zoom; head to the side and up;
#: lips apart, lips wide, brows; and one that is left to the brightness.
COURSES = 10
#: Standard deviations: of the camera in shares of the picture's width, radians and zoom, of the
#: face in shares of its own size.
_SIDE, _UP, _TURN, _ZOOM = 0.010, 0.008, 0.012, 0.008
_YAW, _PITCH, _OPEN, _WIDE, _BROW = 0.014, 0.010, 0.012, 0.010, 0.008
_BROWS, _JAW, _LOWER_LIP = slice(17, 27), slice(5, 12), (55, 56, 57, 58, 59, 65, 66, 67)
_EYES = ("left_eye", "right_eye")
_CORNERS = ((48, -1.0), (60, -1.0), (54, 1.0), (64, 1.0))


def moved_landmarks(
    landmarks: NDArray[np.float64],
    around: NDArray[np.float64],
    drift: NDArray[np.float64],
    size: tuple[int, int],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Move landmarks with face and camera, and other points with the camera.

    Args:
        landmarks: 68 landmarks in pixels ``[68, 2]``.
        around: Other points ``[n, 2]``.
        drift: :data:`COURSES` numbers of the frame.
        size: Width and height of the picture.
    """
    left, right = (landmarks[list(LANDMARK_GROUPS[eye])].mean(0) for eye in _EYES)
    across = (right - left) / max(float(np.linalg.norm(right - left)), 1e-6)
    down = np.array([-across[1], across[0]])
    face = float(np.ptp(landmarks, axis=0).max())
    moved = landmarks + face * _expression(landmarks, drift, across, down)
    return _filmed(moved, drift, size), _filmed(around, drift, size)


def _expression(
    landmarks: NDArray[np.float64],
    drift: NDArray[np.float64],
    across: NDArray[np.float64],
    down: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return displacements in sizes of the face, ``[68, 2]``."""
    # A turn of the head moves what is near the camera more: the nose, not the jaw.
    place = landmarks - landmarks[[30]]
    near = np.exp(-(place**2).sum(1) / (0.35 * np.ptp(landmarks, axis=0).max()) ** 2)[:, None]
    moved: NDArray[np.float64] = near * (_YAW * drift[4] * across + _PITCH * drift[5] * down)
    # Lips part and close again; they never press into each other.
    apart = _OPEN * max(float(drift[6]), 0.0)
    moved[list(_LOWER_LIP)] += apart * down
    moved[_JAW] += 0.6 * apart * down
    for corner, side in _CORNERS:
        moved[corner] += side * _WIDE * drift[7] * across
    moved[_BROWS] -= _BROW * drift[8] * down
    return moved


def _filmed(
    points: NDArray[np.float64], drift: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.float64]:
    """Move points as a hand moves the camera."""
    middle = np.array(size) / 2
    turn, zoom = _TURN * float(drift[2]), 1.03 + _ZOOM * float(drift[3])
    cosine, sine = np.cos(turn), np.sin(turn)
    matrix = zoom * np.array([[cosine, -sine], [sine, cosine]])
    shift = size[0] * np.array([_SIDE * drift[0], _UP * drift[1]])
    return np.asarray((points - middle) @ matrix.T + middle + shift)

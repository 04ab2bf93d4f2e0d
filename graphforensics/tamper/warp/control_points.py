"""The mesh that is laid over a face."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.masks.face_mask import extend_forehead

#: Points around the face, and their distance from its middle in sides of its box.
_RING, _REACH = 24, 1.0
#: The middle of the ring on the mean face, in sides of its box: a little above the nose.
_MIDDLE = (0.0, 0.02)
_MOUTH, _INNER_UPPER, _INNER_LOWER = slice(48, 68), slice(61, 64), slice(65, 68)


def control_points(landmarks: NDArray[np.floating], forehead: float = 0.5) -> NDArray[np.float64]:
    """Return the points of the mesh: landmarks, brows moved up the forehead, a ring around.

    Args:
        landmarks: 68 in iBUG order ``[68, 2]``, in pixels.
        forehead: How far the forehead's points lie above the brows, in distances from eye to brow.
            Default: 0.5.

    Returns:
        ``[102, 2]``: 68 landmarks, 10 points of the forehead, 24 of the ring.
    """
    points = np.asarray(landmarks, np.float64)
    raised = extend_forehead(points, forehead)[17:27]
    return np.concatenate([points, raised, surrounding_points(points)])


def surrounding_points(landmarks: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return a ring of 24 points around a face, a face's width away from its middle.

    The ring is laid around the mean face and follows the affine map that takes the mean face
    to the landmarks best in the sense of least squares.
    """
    points = np.asarray(landmarks, np.float64)
    mean = np.c_[_mean_landmarks(), np.ones(len(points))]
    affine, *_ = np.linalg.lstsq(mean, points, rcond=None)
    return np.asarray(np.c_[_mean_ring(), np.ones(_RING)] @ affine)


def _mean_landmarks() -> NDArray[np.float64]:
    """Return the mean face in sides of its box, its middle at the origin."""
    return np.asarray((mean_face(1000, 1.0).double().numpy() + 0.5) / 1000 - 0.5)


def _mean_ring() -> NDArray[np.float64]:
    angle = np.arange(_RING) * (2 * np.pi / _RING)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) * _REACH + _MIDDLE


@cache
def face_triangles() -> NDArray[np.int64]:
    """Return the numbers of the points of each triangle of the mesh, ``[T, 3]``.

    One triangulation, that of the mean face, serves all: a mesh that changed from frame to frame
    would flicker.
    """
    mean = _mean_landmarks()
    # Lips are thickened and parted, so that edges of the mesh run along them.
    mean[_MOUTH, 1] = 2 * mean[_MOUTH, 1] - mean[_MOUTH, 1].mean()
    mean[_INNER_UPPER, 1] -= 0.02
    mean[_INNER_LOWER, 1] += 0.02
    return np.asarray(Delaunay(control_points(mean)).simplices, np.int64)

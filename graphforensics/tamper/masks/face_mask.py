"""Where a face is: the hull of its landmarks, and a soft mask made of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter
from scipy.spatial import ConvexHull, QhullError
from skimage.draw import polygon

from graphforensics.errors import NoFaceError


def extend_forehead(landmarks: NDArray[np.floating], amount: float) -> NDArray[np.float64]:
    """Move the brows up, away from the eyes, so that the hull covers the forehead.

    Args:
        landmarks: 68 landmarks in iBUG order ``[68, 2]``, x then y.
        amount: How far, in distances from eye to brow; 0 changes nothing.

    Returns:
        A copy of the landmarks with the ten brow points moved.
    """
    points = np.array(landmarks, dtype=np.float64)
    for brow, eye in ((slice(17, 22), slice(36, 42)), (slice(22, 27), slice(42, 48))):
        up = points[brow].mean(axis=0) - points[eye].mean(axis=0)
        points[brow] += amount * up
    return points


def hull_mask(points: NDArray[np.floating], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Fill the convex hull of ``points``.

    Args:
        points: Points ``[n, 2]``, x then y, in pixels; they may lie outside the image.
        shape: Height and width of the mask.

    Returns:
        ``True`` inside the hull, ``[height, width]``.

    Raises:
        NoFaceError: The points lie on a line or in one place, or the hull misses the image.
    """
    try:
        corners = points[ConvexHull(points).vertices]
    except QhullError as error:
        raise NoFaceError("the landmarks lie on a line or in one place") from error
    mask = np.zeros(shape, dtype=bool)
    rows, columns = polygon(corners[:, 1], corners[:, 0], shape)
    mask[rows, columns] = True
    if not mask.any():
        raise NoFaceError("the landmarks lie outside the image")
    return mask


def soften(mask: NDArray[np.bool_], erosion: float, blur: int) -> NDArray[np.float32]:
    """Draw the rim of a mask in, then blur it.

    The blur ends after ``blur`` pixels: farther away the mask is exactly 0.

    Args:
        mask: Mask ``[height, width]``.
        erosion: How far the rim is drawn in, in pixels; a mask that would vanish keeps its size.
        blur: Radius of the Gaussian in pixels, twice its standard deviation.

    Returns:
        Weights in [0, 1] whose largest is 1, ``[height, width]``.
    """
    inner = distance_transform_edt(mask) > erosion
    core = (inner if inner.any() else mask).astype(np.float32)
    soft = gaussian_filter(core, sigma=blur / 2, radius=blur, mode="nearest") if blur else core
    return np.asarray(soft / soft.max(), dtype=np.float32)

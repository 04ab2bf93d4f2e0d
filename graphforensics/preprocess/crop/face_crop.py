"""Square and aligned crops of a face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphforensics.media.resize import reduce
from graphforensics.media.warp import warp
from graphforensics.preprocess.crop.region import Region


@dataclass(frozen=True)
class FaceCrop:
    """Pixels of a face and their place.

    Args:
        pixels: RGB ``[h, w, 3]``, ``uint8``.
        crop_box: ``(x0, y0, x1, y1)`` of the frame, or for an aligned crop the matrix
            ``[2, 3]`` from frame to crop pixels. ``float32``.
        landmarks: ``[68, 2]`` in pixels of the crop, ``float32``.
    """

    pixels: NDArray[np.uint8]
    crop_box: NDArray[np.float32]
    landmarks: NDArray[np.float32]


def square_crop(region: Region, box: ArrayLike, landmarks: ArrayLike, margin: float) -> FaceCrop:
    """Cut a square around a box: original pixels, whole columns and rows.

    Where the square leaves the frame, the frame's outermost pixels are repeated.

    Args:
        region: Pixels that hold the square, as far as the frame does.
        box: Smoothed face box in frame pixels.
        landmarks: ``[68, 2]`` in frame pixels.
        margin: Side of the crop over the longer side of the box.
    """
    x0, y0, x1, y1 = np.asarray(box, np.float64)
    side = max(1, round(margin * max(x1 - x0, y1 - y0)))
    left, top = round((x0 + x1 - side) / 2), round((y0 + y1 - side) / 2)
    place = np.array([left, top, left + side, top + side], np.float32)
    shifted = np.asarray(landmarks, np.float32) - np.array([left, top], np.float32)
    return FaceCrop(region.cut(left, top, side), place, shifted)


def anchor_points(landmarks: ArrayLike) -> NDArray[np.float64]:
    """Return the middles of the left eye, the right eye and the mouth ``[3, 2]``.

    Left and right are the viewer's.
    """
    points = np.asarray(landmarks, np.float64)
    eyes = points[36:42].mean(axis=0), points[42:48].mean(axis=0)
    return np.stack([*eyes, points[48:60].mean(axis=0)])


# Places of the eyes and the mouth in the face box, as shares of its side: means over the
# 102 frontal portraits of the Face Research Lab London set, made symmetric.
ANCHORS = np.array([[0.288, 0.29], [0.712, 0.29], [0.5, 0.743]])


def aligned_crop(
    region: Region, anchors: ArrayLike, landmarks: ArrayLike, margin: float, size: int
) -> FaceCrop:
    """Turn and scale a face so that eyes and mouth stand at fixed places, in one warp.

    Each pixel of the crop is the average of the cubic interpolation over its own area of
    the frame, so that large faces do not alias. Beyond the frame, its outermost pixels
    are repeated.

    Args:
        region: Pixels around the face.
        anchors: Smoothed :func:`anchor_points` in frame pixels.
        landmarks: ``[68, 2]`` in frame pixels.
        margin: Side of the crop over the side of the face's box.
        size: Side of the crop in pixels.
    """
    target = ((ANCHORS - 0.5) / margin + 0.5) * size
    matrix = similarity(anchors, target)
    # Pixels are warped several to one where the crop is smaller than the face.
    finer = max(1, int(np.ceil(1 / np.hypot(matrix[0, 0], matrix[1, 0]) - 0.1)))
    fine = matrix * finer
    # The middle of a pixel lies between the middles of the finer ones that make it up.
    fine[:, 2] += (finer - 1) / 2
    pixels = _warp(region, fine, size * finer)
    if finer > 1:
        pixels = reduce(pixels, finer)
    points = np.asarray(landmarks, np.float64) @ matrix[:, :2].T + matrix[:, 2]
    return FaceCrop(pixels, matrix.astype(np.float32), points.astype(np.float32))


def similarity(source: ArrayLike, target: ArrayLike) -> NDArray[np.float64]:
    r"""Return the similarity ``[2, 3]`` that brings points closest to others.

    With points as complex numbers and :math:`\bar s, \bar t` their means, the map is
    :math:`z \mapsto a (z - \bar s) + \bar t`, :math:`a = \sum (t - \bar t)(s - \bar s)^* / \sum
    |s - \bar s|^2`; it never mirrors.

    Args:
        source: ``[n, 2]``, not all equal.
        target: ``[n, 2]``.

    Example:
        >>> similarity([[0, 0], [1, 0]], [[5, 5], [5, 7]]).round(6).tolist()
        [[0.0, -2.0, 5.0], [2.0, 0.0, 5.0]]
    """
    s = np.asarray(source, np.float64) @ [1, 1j]
    t = np.asarray(target, np.float64) @ [1, 1j]
    s_mean, t_mean = s.mean(), t.mean()
    spread = float((np.abs(s - s_mean) ** 2).sum())
    a = ((t - t_mean) * np.conj(s - s_mean)).sum() / max(spread, 1e-12)
    b = t_mean - a * s_mean
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def _warp(region: Region, matrix: NDArray[np.float64], size: int) -> NDArray[np.uint8]:
    inverse = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))[:2]
    corners = np.array([[0, 0, 1], [size, 0, 1], [0, size, 1], [size, size, 1]]) @ inverse.T
    left, top = np.floor(corners.min(axis=0)).astype(int) - 3
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 3
    side = int(max(right - left, bottom - top))
    source = region.cut(int(left), int(top), side)
    # Landmarks count from the middle of the first pixel, Pillow from its corner.
    moved = inverse.copy()
    moved[:, 2] += -np.array([left, top])
    moved[:, 2] += 0.5 - moved[:, :2] @ [0.5, 0.5]
    return warp(source, moved, size)

"""Faces cut out upright and in one size, and where they came from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphforensics.errors import NoFaceError
from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.forged_face import window_around
from graphforensics.tamper.masks.face_mask import extend_forehead, hull_mask
from graphforensics.tamper.paste.reduce_picture import reduce_picture
from graphforensics.tamper.warp.sample_picture import sample_picture

#: Side of the crop over that of the face's box: chin and forehead fit in when a head turns.
_MARGIN = 1.35
#: Brows, nose, eyes and corners of the mouth: a jaw that opens is no head that moves.
_STEADY = (*range(17, 48), 48, 54)
#: How far the crop's face reaches above the brows, in distances from eye to brow.
FOREHEAD = 0.4


class AlignedFace(NamedTuple):
    """A face in a square crop.

    Attributes:
        pixels: RGB ``[size, size, 3]``, ``uint8``.
        mask: The hull of the landmarks and part of the forehead, ``[size, size]``.
        points: The landmarks in it ``[68, 2]``.
        placing: Takes pixels of the crop to pixels of the picture, ``[2, 3]``.
    """

    pixels: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    points: NDArray[np.float64]
    placing: NDArray[np.float64]


def align_face(image: NDArray[np.uint8], landmarks: NDArray[np.floating], size: int) -> AlignedFace:
    """Cut a face out, turned upright and scaled to a size.

    Args:
        image: RGB ``[H, W, 3]``, ``uint8``.
        landmarks: 68 in iBUG order ``[68, 2]``.
        size: Side of the crop.

    Raises:
        NoFaceError: The landmarks show no face in the picture.
    """
    points = np.asarray(landmarks, np.float64)
    steady = list(_STEADY)
    wanted = mean_face(size, _MARGIN).double().numpy()
    placing = similarity(wanted[steady], points[steady])
    corners = np.array([[0, 0], [size, 0], [0, size], [size, size]]) - 0.5
    place = corners @ placing[:, :2].T + placing[:, 2]
    corner, (height, width) = window_around(place, 4.0, image.shape[:2])
    part = image[corner[1] : corner[1] + height, corner[0] : corner[0] + width]
    scale = min(1.0, 1.0 / float(np.hypot(placing[0, 0], placing[1, 0])))
    small = reduce_picture(part.astype(np.float32), scale)
    factors = np.array([small.shape[1] / width, small.shape[0] / height])
    places = _grid((size, size)) @ placing[:, :2].T + placing[:, 2]
    pixels = sample_picture(small, (places - corner + 0.5) * factors - 0.5)
    inner = (points - placing[:, 2]) @ np.linalg.inv(placing[:, :2]).T
    mask = hull_mask(np.concatenate([inner, extend_forehead(inner, FOREHEAD)]), (size, size))
    return AlignedFace(np.rint(np.clip(pixels, 0, 255)).astype(np.uint8), mask, inner, placing)


def similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Return the turn, scale and shift that take points to others best.

    .. math:: \min_{a, b, t} \sum_i \Big\lVert
        \begin{pmatrix} a & -b \\ b & a \end{pmatrix} s_i + t - q_i \Big\rVert^2

    Args:
        source: Points s ``[n, 2]``.
        target: Points q ``[n, 2]``.

    Returns:
        ``[2, 3]``.

    Raises:
        NoFaceError: The target's points lie in one place, or are not finite.

    Example:
        >>> square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
        >>> bool(np.allclose(similarity(square, 3 * square + 2), [[3, 0, 2], [0, 3, 2]]))
        True
    """
    middle, centre = source.mean(axis=0), target.mean(axis=0)
    one, other = source - middle, target - centre
    power = np.square(one).sum()
    a = (one * other).sum() / power
    b = (one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]).sum() / power
    if not np.hypot(a, b) > 1e-6:
        raise NoFaceError("the landmarks lie in one place")
    turn = np.array([[a, -b], [b, a]])
    return np.concatenate([turn, (centre - turn @ middle)[:, None]], axis=1)


def unalign(
    drawn: NDArray[np.floating],
    placing: NDArray[np.float64],
    corner: tuple[int, int],
    size: tuple[int, int],
) -> NDArray[np.float32]:
    """Bring a crop back to where it came from.

    Args:
        drawn: Pixels of the crop ``[s, s, C]``.
        placing: That of its :class:`AlignedFace`.
        corner: Left and top of a window of the picture.
        size: Height and width of the window.

    Returns:
        ``[H, W, C]``; beyond the crop its rim goes on.
    """
    away = _grid(size) + np.asarray(corner) - placing[:, 2]
    return sample_picture(drawn, away @ np.linalg.inv(placing[:, :2]).T)


def _grid(size: tuple[int, int]) -> NDArray[np.float64]:
    rows, columns = np.indices(size)
    return np.stack([columns, rows], axis=2).astype(np.float64)

"""Warps that are affine in every triangle of a mesh."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Pixels on an edge belong to both triangles; rounding must not leave them to neither.
_SLACK = 1e-6
#: Twice the area in square pixels below which a triangle covers no pixel.
_FLAT = 1e-9


def piecewise_affine_map(
    source: ArrayLike,
    target: ArrayLike,
    triangles: ArrayLike,
    size: tuple[int, int],
    corner: tuple[int, int] = (0, 0),
) -> NDArray[np.float32]:
    r"""Say for each pixel where in the source it comes from.

    .. math:: q(x) = \sum_{k=1}^{3} \lambda_k(x)\, s_{i_k}, \qquad
        x = \sum_k \lambda_k t_{i_k}, \quad \sum_k \lambda_k = 1, \quad \lambda_k \ge 0

    Args:
        source: Points s of the mesh in the source, x then y.
        target: The same points t in the target.
        triangles: Numbers i of each triangle's three points. Where the target's triangles
            overlap, the later one counts; flat ones are left out.
        size: Height and width of the map.
        corner: Left and top of the map in the target. Default: (0, 0).

    Shapes:
        ``source`` and ``target [P, 2]``, ``triangles [T, 3]``; the output is ``[H, W, 2]``, x then
        y, NaN outside all triangles.

    Raises:
        ValueError: A wrong shape, or a triangle names a point that is not there.

    Example:
        >>> mesh = [[0, 0], [2, 0], [0, 2]]
        >>> piecewise_affine_map([[0, 0], [4, 0], [0, 2]], mesh, [[0, 1, 2]], (2, 2)).tolist()
        [[[0.0, 0.0], [2.0, 0.0]], [[0.0, 1.0], [2.0, 1.0]]]
    """
    froms, onto = np.asarray(source, np.float64), np.asarray(target, np.float64)
    mesh = np.asarray(triangles)
    _check(froms, onto, mesh)
    places = np.full((*size, 2), np.nan, np.float32)
    onto = onto - np.asarray(corner)
    for triangle in mesh:
        _draw(places, froms[triangle], onto[triangle])
    return places


def _check(
    source: NDArray[np.float64], target: NDArray[np.float64], triangles: NDArray[np.generic]
) -> None:
    if source.ndim != 2 or source.shape[1] != 2 or source.shape != target.shape:
        raise ValueError(
            f"'source' and 'target' must both be [P, 2] "
            f"(got {list(source.shape)} and {list(target.shape)})"
        )
    if triangles.ndim != 2 or triangles.shape[1] != 3 or triangles.dtype.kind not in "iu":
        met = f"{triangles.dtype} {list(triangles.shape)}"
        raise ValueError(f"'triangles' must be integers [T, 3] (got {met})")
    if triangles.size and not 0 <= int(triangles.min()) <= int(triangles.max()) < len(source):
        met = f"{triangles.min()} to {triangles.max()}"
        raise ValueError(f"'triangles' must be in [0, {len(source) - 1}] (got {met})")


def _draw(
    places: NDArray[np.float32], source: NDArray[np.float64], target: NDArray[np.float64]
) -> None:
    """Fill one triangle."""
    height, width = places.shape[:2]
    low, high = np.ceil(target.min(0) - _SLACK), np.floor(target.max(0) + _SLACK)
    left, top = np.clip(low, 0, (width, height)).astype(int)
    right, bottom = np.clip(high + 1, 0, (width, height)).astype(int)
    edges = (target[1:] - target[0]).T
    doubled = edges[0, 0] * edges[1, 1] - edges[0, 1] * edges[1, 0]
    if left >= right or top >= bottom or abs(doubled) < _FLAT:
        return
    x = np.arange(left, right) - target[0, 0]
    y = (np.arange(top, bottom) - target[0, 1])[:, None]
    second = (x * edges[1, 1] - y * edges[0, 1]) / doubled
    third = (y * edges[0, 0] - x * edges[1, 0]) / doubled
    inside = (second >= -_SLACK) & (third >= -_SLACK) & (second + third <= 1 + _SLACK)
    one, other = second[inside, None], third[inside, None]
    moved = source[0] + one * (source[1] - source[0]) + other * (source[2] - source[0])
    places[top:bottom, left:right][inside] = moved

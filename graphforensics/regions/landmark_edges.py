"""Edges between the 68 landmarks."""

from __future__ import annotations

import itertools
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from graphforensics.regions.landmark_groups import LANDMARK_GROUPS, NUM_LANDMARKS

#: How landmarks may be linked.
LandmarkEdges = Literal["delaunay", "anatomical"]
# Contours, the second half of those that close.
_OPEN = ("jaw", "left_brow", "right_brow", "nose_bridge", "nostrils")
_CLOSED = ("left_eye", "right_eye", "outer_lips", "inner_lips")
# From part to part: brows to jaw, eyes and nose; nose to eyes and lips; lips to jaw and each other.
_LINKS = (
    *((0, 17), (16, 26), (21, 22), (21, 27), (22, 27)),
    *((17, 36), (21, 39), (22, 42), (26, 45), (0, 36), (16, 45), (27, 39), (27, 42)),
    *((30, 33), (31, 50), (33, 51), (35, 52)),
    *((48, 60), (51, 62), (54, 64), (57, 66)),
    *((48, 4), (54, 12), (57, 8)),
)


def landmark_edges(landmarks: ArrayLike | None = None, edges: LandmarkEdges = "delaunay") -> Tensor:
    """Link the 68 landmarks of a face, each edge in both directions.

    Args:
        landmarks: Places of the landmarks, which ``"delaunay"`` needs.
        edges: ``"delaunay"``: the sides of the triangles of the Delaunay triangulation, whose
            circumcircles hold no other landmark; of landmarks in one place, as closed lips have,
            all but one are linked to that one. ``"anatomical"``: along the contours of jaw,
            brows, nose, eyes and lips, with a few links between them; the same for every face.

    Shapes:
        ``landmarks [68, 2]``; the output is ``[2, E]``, sorted by source, then target, without
        loops and doubles.

    Raises:
        ValueError: ``edges`` is unknown, or the landmarks have another shape, are not finite, or
            lie on a line.

    Example:
        >>> landmark_edges(edges="anatomical").shape
        torch.Size([2, 174])
    """
    if edges == "anatomical":
        pairs = _anatomical()
    elif edges == "delaunay":
        pairs = _delaunay(landmarks)
    else:
        raise ValueError(f"'edges' must be 'delaunay' or 'anatomical' (got {edges!r})")
    both = np.concatenate([pairs, pairs[:, ::-1]])
    return torch.from_numpy(np.unique(both, axis=0).astype(np.int64).T.copy())


def _anatomical() -> NDArray[np.int64]:
    pairs = list(_LINKS)
    for name in (*_OPEN, *_CLOSED):
        points = LANDMARK_GROUPS[name]
        pairs += list(itertools.pairwise(points))
        if name in _CLOSED:
            pairs.append((points[-1], points[0]))
    return np.array(pairs, dtype=np.int64)


def _delaunay(landmarks: ArrayLike | None) -> NDArray[np.int64]:
    from scipy.spatial import Delaunay, QhullError

    points = np.asarray(landmarks, dtype=np.float64)
    if points.shape != (NUM_LANDMARKS, 2) or not np.isfinite(points).all():
        raise ValueError(
            f"'landmarks' must be finite and [{NUM_LANDMARKS}, 2] (got shape {list(points.shape)})"
        )
    try:
        found = Delaunay(points)
    except QhullError as error:
        raise ValueError("'landmarks' lie on a line, or in one place") from error
    sides = [found.simplices[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0))]
    # The triangulation leaves out all but one of the points in one place.
    return np.concatenate([*sides, found.coplanar[:, [0, 2]]])

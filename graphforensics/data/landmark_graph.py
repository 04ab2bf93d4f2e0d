"""The 68 landmarks of a face as a graph, the plainest face graph."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.regions.landmark_edges import LandmarkEdges, landmark_edges
from graphforensics.regions.landmark_groups import NUM_LANDMARKS

# Side of the square of ``pos`` over the extent of the landmarks.
_ROOM = 1.25


def landmark_graph(
    landmarks: ArrayLike,
    label: float | None = None,
    edges: LandmarkEdges = "delaunay",
    features: Tensor | None = None,
) -> FaceGraph | FaceGraphSequence:
    r"""Make a node of each landmark; over time where there are several frames.

    Features are the places without the face's own place and size,

    .. math:: x_i = \frac{p_i - \bar p}{\sqrt{\tfrac{1}{68} \sum_j \lVert p_j - \bar p \rVert^2}},

    in each frame by itself, so that what is left is how the face is turned and what it does.

    Args:
        landmarks: In pixels, of any frame or crop.
        label: 1 fake, 0 real; ``None`` leaves it out.
        edges: As in :func:`~graphforensics.regions.landmark_edges`; over time, Delaunay's edges are
            those of the mean face.
        features: More features of the nodes, which follow the places.

    Shapes:
        ``landmarks [68, 2]`` or ``[T, 68, 2]``; ``features [68, F]`` or ``[68, T, F]``. The graph
        has ``x [68, 2 + F]``, a sequence ``[68, T, 2 + F]``; ``pos``, in a square around the
        landmarks of all frames, ``[68, 2]`` or ``[68, T, 2]``.

    Raises:
        ValueError: The landmarks have another shape, are not finite, or lie in one place;
            ``features`` do not fit.

    Example:
        >>> points = np.random.default_rng(0).uniform(0, 96, size=(5, 68, 2))
        >>> sequence = landmark_graph(points, label=1)
        >>> len(sequence), sequence.x.shape, landmark_graph(points[0]).kind
        (5, torch.Size([68, 5, 2]), 'landmark')
    """
    points = np.asarray(landmarks, dtype=np.float64)
    if points.ndim not in (2, 3) or points.shape[-2:] != (NUM_LANDMARKS, 2):
        raise ValueError(f"'landmarks' must be [68, 2] or [T, 68, 2] (got {list(points.shape)})")
    if not points.size or not np.isfinite(points).all():
        raise ValueError("'landmarks' must be finite, of one frame or more")
    moving = points.reshape(-1, NUM_LANDMARKS, 2)
    centred = moving - moving.mean(1, keepdims=True)
    spread = np.sqrt((centred**2).sum(2).mean(1))
    if (spread <= 0).any():
        raise ValueError("'landmarks' lie in one place")
    x = _over_time(centred / spread[:, None, None], points.ndim)
    shape = (centred / spread[:, None, None]).mean(0)
    graph = FaceGraph if points.ndim == 2 else FaceGraphSequence
    return graph(
        x=x if features is None else _joined(x, features),
        edge_index=landmark_edges(shape, edges),
        pos=_over_time(_placed(moving), points.ndim),
        region_id=torch.arange(NUM_LANDMARKS),
        y=label,
        kind="landmark",
    )


def _over_time(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], axes: int) -> Tensor:
    """Turn ``[T, 68, C]`` into ``[68, T, C]``, or ``[68, C]`` for a single frame."""
    tensor = torch.from_numpy(values.astype(np.float32)).transpose(0, 1).contiguous()
    return tensor if axes == 3 else tensor[:, 0]


def _placed(
    points: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    least, most = points.min((0, 1)), points.max((0, 1))
    side = float((most - least).max()) * _ROOM
    placed: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = (
        points - (least + most) / 2
    ) / side + 0.5
    return placed


def _joined(x: Tensor, features: Tensor) -> Tensor:
    if features.shape[:-1] != x.shape[:-1]:
        wanted = [*x.shape[:-1], "F"]
        raise ValueError(f"'features' must be {wanted} (got {list(features.shape)})")
    return torch.cat([x, features.to(x.dtype)], dim=-1)

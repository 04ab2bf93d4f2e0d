"""Convex hulls of points as half-planes."""

from __future__ import annotations

import torch
from torch import Tensor

#: A line of two points is an edge of the hull if no point lies farther beyond it than this share
#: of the points' extent. Much more than rounding: a line too many does no harm.
_SLACK = 1e-5
#: Sets of points that are handled at once, so that memory does not grow with their number.
_CHUNK = 4


def hull_planes(points: Tensor) -> Tensor:
    r"""Describe the convex hull of points by the half-planes that bound it.

    A place x lies :math:`d(x) = \max_e \mathbf{n}_e \cdot x - c_e` outside the hull; inside, d is
    minus the distance to the border. For each point the line through it and whichever other
    point leaves the least beyond is moved out until nothing is. For a corner of the hull that
    is the edge to the next corner; lines of other points are left out.

    Args:
        points: x and y; of several in one place one counts.

    Shapes:
        ``points [B, P, 2]``; the output is ``[B, E, 3]``: outward normals of length 1, and c; E is
        the largest number of edges in the batch; where there are fewer, one of them fills
        up. Points that are all in one place give numbers that are not finite.

    Example:
        >>> planes = hull_planes(torch.tensor([[[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [1.0, 1.0]]]))
        >>> middle = torch.tensor([1.0, 1.0, -1.0])
        >>> (planes @ middle).max().item()
        -1.0
    """
    points = _candidates(points)
    edge = points.unsqueeze(1) - points.unsqueeze(2)
    length = edge.norm(dim=-1, keepdim=True)
    normal = torch.stack([edge[..., 1], -edge[..., 0]], dim=-1) / length
    furthest = torch.cat([_furthest(points[part], normal[part]) for part in _chunks(len(points))])
    own = (normal * points.unsqueeze(2)).sum(-1)
    beyond = torch.where(length.squeeze(-1) > 0, furthest - own, torch.inf)
    best = beyond.argmin(2, keepdim=True)
    chosen = normal.gather(2, best.unsqueeze(-1).expand(-1, -1, 1, 2)).squeeze(2)
    planes = torch.cat([chosen, furthest.gather(2, best)], dim=2)
    is_edge = beyond.gather(2, best).squeeze(2) <= _SLACK * length.amax((1, 2))
    order = is_edge.byte().argsort(dim=1, descending=True, stable=True)
    count = is_edge.sum(1, keepdim=True)
    number = torch.arange(int(count.amax()), device=points.device)
    edges = order.gather(1, torch.where(number < count, number, 0))
    return planes.gather(1, edges.unsqueeze(-1).expand(-1, -1, 3))


def _candidates(points: Tensor) -> Tensor:
    """Leave points out that lie within the octagon of the furthest points in eight directions.

    What is left, ``[B, Q, 2]``, has the same hull: of a face's landmarks about a third.
    """
    x, y = points.unbind(2)
    furthest = torch.stack([x, x + y, y, y - x, -x, -x - y, -y, x - y], dim=1).argmax(2)
    corner = points.gather(1, furthest.unsqueeze(2).expand(-1, -1, 2))
    along = corner.roll(-1, 1) - corner
    away = points.unsqueeze(1) - corner.unsqueeze(2)
    left = along[..., :1] * away[..., 1] - along[..., 1:] * away[..., 0]
    # Corners are not within. Two of them in one place make a side without a within.
    is_within = (left > 0) | (along == 0).all(2, keepdim=True)
    is_out = ~is_within.all(1)
    order = is_out.byte().argsort(dim=1, descending=True, stable=True)
    kept = order[:, : int(is_out.sum(1).amax())]
    return points.gather(1, kept.unsqueeze(2).expand(-1, -1, 2))


def _chunks(count: int) -> list[slice]:
    return [slice(start, start + _CHUNK) for start in range(0, count, _CHUNK)]


def _furthest(points: Tensor, normal: Tensor) -> Tensor:
    """Return how far any point reaches along normals ``[B, P, P, 2]``, ``[B, P, P]``."""
    # Points as rows: the largest of each column is found many times as fast as of each row.
    reach = points @ normal.flatten(1, 2).transpose(1, 2)
    return reach.amax(1).view(normal.shape[:-1])

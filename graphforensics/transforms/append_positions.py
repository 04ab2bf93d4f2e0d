"""Let nodes know where they are."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform

from graphforensics.transforms._functional import face_transform
from graphforensics.transforms._levels import set_of_nodes


@face_transform("append_positions")
class AppendPositions(BaseTransform):  # type: ignore[misc]  # BaseTransform is untyped upstream
    r"""Appends the nodes' positions to their features.

    .. math:: \mathbf{x}^{\prime}_i = [\mathbf{x}_i \,\Vert\, \mathbf{p}_i]

    In a sequence, a position that stands still is appended to every snapshot. A graph
    without features gets its positions as features. Functional name: ``face_append_positions``.

    Shapes:
        ``x [N, C]`` and ``pos [N, 2]`` give ``x [N, C + 2]``; ``x [N, T, C]`` and ``pos [N, 2]`` or
        ``[N, T, 2]`` give ``x [N, T, C + 2]``.

    Raises:
        ValueError: There are no positions, or they do not fit the features.

    Example:
        >>> from graphforensics.data.face_graph import FaceGraph
        >>> graph = FaceGraph(x=torch.zeros(3, 8), pos=torch.rand(3, 2))
        >>> AppendPositions()(graph).x.shape
        torch.Size([3, 10])
    """

    def forward(self, data: Data) -> Data:
        """Return the graph with the longer features."""
        x, pos = data.get("x", None), data.get("pos", None)
        if not isinstance(pos, Tensor):
            raise ValueError(f"'data' must have positions 'pos' (got {data})")
        if x is None:
            set_of_nodes(data, "x", pos)
            return data
        # A still position holds in every snapshot.
        place = pos.unsqueeze(1).expand(-1, x.size(1), -1) if pos.dim() < x.dim() == 3 else pos
        if x.dim() not in (2, 3) or place.shape[:-1] != x.shape[:-1]:
            met = f"'x' {list(x.shape)} and 'pos' {list(pos.shape)}"
            raise ValueError(f"'pos' must be [N, 2] for 'x' [N, C], or fit [N, T, C] (got {met})")
        data.x = torch.cat([x, place.to(x)], dim=-1)
        return data

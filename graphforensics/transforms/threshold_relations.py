"""Drop the weak relations of a face graph."""

from __future__ import annotations

import math

from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform

from graphforensics.transforms._functional import face_transform
from graphforensics.transforms._levels import check_graph, keep_edges, relation_strength


@face_transform("threshold_relations")
class ThresholdRelations(BaseTransform):  # type: ignore[misc]  # BaseTransform is untyped upstream
    r"""Keeps the relations that are at least as strong as a threshold.

    .. math:: \mathcal{E}^{\prime} = \{ j \to i : |w_{ij}| \ge \theta \}

    Edges keep their order, their weights and whatever else they carry. A masked relation
    (``edge_kept`` False) counts with the weight that it had. In a sequence with weights over time
    the mean strength decides, so that all snapshots keep the same edges. A weight that is NaN is
    kept, so that it does not vanish unseen. Functional name: ``face_threshold_relations``.

    Args:
        threshold: The least strength.
        absolute: Strength is the weight's magnitude; else the weight itself.
        attr: Name of the weights.

    Shapes:
        Weights ``[E]`` or ``[E, T]``, single graphs or batches.

    Raises:
        ValueError: ``threshold`` is not a number; the graph has no such weights.

    Example:
        >>> import torch
        >>> from graphforensics.data.face_graph import FaceGraph
        >>> matrix = torch.tensor([[0.0, -0.5], [0.25, 1.0]])
        >>> graph = FaceGraph.from_dense(torch.rand(2, 4), matrix)
        >>> ThresholdRelations(0.5)(graph).edge_weight.tolist()
        [-0.5, 1.0]
        >>> ThresholdRelations(0.25, absolute=False)(graph).edge_weight.tolist()
        [0.25, 1.0]
    """

    def __init__(self, threshold: float, absolute: bool = True, attr: str = "edge_weight") -> None:
        if math.isnan(threshold):
            raise ValueError(f"'threshold' must be a number (got {threshold})")
        self.threshold = threshold
        self.absolute = absolute
        self.attr = attr

    def forward(self, data: Data) -> Data:
        """Return the graph with its strong relations."""
        check_graph(data)
        weak = relation_strength(data, self.attr, self.absolute) < self.threshold
        return keep_edges(data, ~weak)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.threshold}, absolute={self.absolute})"

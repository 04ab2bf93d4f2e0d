"""Keep the strongest relations of a face graph."""

from __future__ import annotations

from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform

from graphforensics.transforms._functional import face_transform
from graphforensics.transforms._levels import (
    check_graph,
    graph_of_nodes,
    keep_edges,
    rank_in_group,
    relation_strength,
)


@face_transform("keep_top_relations")
class KeepTopRelations(BaseTransform):  # type: ignore[misc]  # BaseTransform is untyped upstream
    r"""Keeps the k strongest relations that each node receives, or of each graph.

    .. math:: \mathcal{E}^{\prime} = \{ j \to i : |w_{ij}| \text{ among the } k
        \text{ largest of } |w_{i \cdot}| \}

    Edges keep their order, their weights and whatever else they carry. Of equally strong
    relations the earlier one stays. A masked relation (``edge_kept`` False) counts with the
    weight that it had. In a sequence with weights over time the mean strength decides, so that
    all snapshots keep the same edges. A weight that is NaN counts as the strongest, so that it
    does not vanish unseen. Functional name: ``face_keep_top_relations``.

    Args:
        k: How many to keep.
        per_node: Of each receiving node; else of each graph.
        absolute: Strength is the weight's magnitude; else the weight itself, so that the
            most negative is the weakest.
        attr: Name of the weights.

    Shapes:
        Weights ``[E]`` or ``[E, T]``, single graphs or batches.

    Raises:
        ValueError: ``k`` is below 1; the graph has no such weights.

    Example:
        >>> import torch
        >>> from graphforensics.data.face_graph import FaceGraph
        >>> matrix = torch.tensor([[0.1, -0.9], [0.3, 0.2]])
        >>> graph = KeepTopRelations(1)(FaceGraph.from_dense(torch.rand(2, 4), matrix))
        >>> graph.edge_index.tolist(), graph.edge_weight.tolist()
        ([[1, 0], [0, 1]], [-0.8999999761581421, 0.30000001192092896])
    """

    def __init__(
        self, k: int, per_node: bool = True, absolute: bool = True, attr: str = "edge_weight"
    ) -> None:
        if k < 1:
            raise ValueError(f"'k' must be at least 1 (got {k})")
        self.k = k
        self.per_node = per_node
        self.absolute = absolute
        self.attr = attr

    def forward(self, data: Data) -> Data:
        """Return the graph with its strongest relations."""
        check_graph(data)
        strength = relation_strength(data, self.attr, self.absolute)
        target = data.edge_index[1]
        group = target if self.per_node else graph_of_nodes(data)[target]
        return keep_edges(data, rank_in_group(strength, group) < self.k)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.k}, per_node={self.per_node})"

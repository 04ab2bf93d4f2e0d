"""Make the relations of a face graph mutual."""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform
from torch_geometric.utils import scatter

from graphforensics.transforms._functional import face_transform
from graphforensics.transforms._levels import check_graph, edge_attributes, replace_edges

Reduce = Literal["mean", "max", "min", "sum"]


@face_transform("symmetrize_relations")
class SymmetrizeRelations(BaseTransform):  # type: ignore[misc]  # BaseTransform is untyped upstream
    r"""Gives every relation a counterpart in the other direction, of the same weight.

    .. math:: w^{\prime}_{ij} = w^{\prime}_{ji} = \operatorname{reduce}
        \{ w : (j \to i) \text{ or } (i \to j) \text{ carries } w \}

    Where one direction is missing, the other's weight stands for both: the mean of a single
    weight is that weight, not its half. Several edges between one pair become one. A node's
    relation to itself is its own counterpart, also in a sum. The edges come out in the order
    of a flattened matrix whose rows receive, which is that of ``FaceGraph.from_dense``.

    ``edge_kept`` and other bools are True where either direction's is; floating attributes are
    reduced as the weights are; whole numbers have no mean and must agree.
    Functional name: ``face_symmetrize_relations``.

    Args:
        reduce: ``"mean"``, ``"max"``, ``"min"`` or ``"sum"``.

    Shapes:
        Any ``edge_index [2, E]`` with attributes ``[E, ...]``, single graphs or batches.

    Raises:
        ValueError: Another ``reduce``; the two directions of a whole-numbered attribute differ.

    Example:
        >>> import torch
        >>> from graphforensics.data.face_graph import FaceGraph
        >>> matrix = torch.tensor([[5.0, 1.0], [3.0, 0.0]])
        >>> graph = FaceGraph.from_dense(torch.rand(2, 4), matrix)
        >>> SymmetrizeRelations()(graph).adjacency().tolist()
        [[5.0, 2.0], [2.0, 0.0]]
    """

    def __init__(self, reduce: Reduce = "mean") -> None:
        if reduce not in get_args(Reduce):
            raise ValueError(f"'reduce' must be one of {get_args(Reduce)} (got {reduce!r})")
        self.reduce = reduce

    def forward(self, data: Data) -> Data:
        """Return the graph with mutual relations."""
        check_graph(data)
        source, target = data.edge_index
        nodes = data.num_nodes or 0
        back = (source != target).nonzero().view(-1)
        number = torch.cat([target * nodes + source, source[back] * nodes + target[back]])
        pairs, place = torch.unique(number, return_inverse=True)
        edge_index = torch.stack([pairs % max(nodes, 1), pairs // max(nodes, 1)])
        attributes = {
            name: self._join(name, torch.cat([data[name], data[name][back]]), place, pairs.numel())
            for name in edge_attributes(data)
        }
        return replace_edges(data, edge_index, attributes)

    def _join(self, name: str, value: Tensor, place: Tensor, count: int) -> Tensor:
        if value.dtype == torch.bool:
            return _scatter(value.byte(), place, count, "max").bool()
        if value.is_floating_point() or value.is_complex():
            return _scatter(value, place, count, self.reduce)
        most = _scatter(value, place, count, "max")
        if not torch.equal(most, _scatter(value, place, count, "min")):
            raise ValueError(f"'{name}' is whole and differs between a relation's two directions")
        return most

    def __repr__(self) -> str:
        return f"{type(self).__name__}(reduce={self.reduce!r})"


def _scatter(value: Tensor, place: Tensor, count: int, reduce: str) -> Tensor:
    joined: Tensor = scatter(value, place, dim=0, dim_size=count, reduce=reduce)
    return joined

"""A face as a graph: regions are nodes, relations between them are edges."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from graphforensics.data._face_data import FaceData, NodeKind, complete_edge_index
from graphforensics.data._schema import Shape, still_shapes


class FaceGraph(FaceData):
    r"""The graph of one face: a PyTorch Geometric graph whose nodes have a place in the crop.

    A paper's dense matrix :math:`A` has a row for each receiving node: the edge
    :math:`j \to i`, ``edge_index[:, e] = (j, i)``, carries ``edge_weight[e]`` :math:`= A_{ij}`.

    What belongs to the whole graph has a leading axis of length 1, so that batches
    stack it: ``y``, ``time`` and ``frame_id`` of a batch are ``[B]``, ``box`` is ``[B, 4]``.

    Where PyTorch Geometric's transforms remove, add or sort edges, weights and ``edge_kept``
    follow: each edge keeps its own, a new one is kept and weighs 1. Whoever sets ``edge_index``
    sets what belongs to it as well; :meth:`validate` and batching refuse what does not fit.
    ``InMemoryDataset.load`` reads without running a pickle inside
    ``with torch.serialization.safe_globals([FaceGraph])``.

    Args:
        x: Features of the nodes.
        edge_index: Source (row 0) and target (row 1) of each edge.
        edge_weight: Strength of each relation; its sign is kept.
        pos: Centre of each node's region in the crop, x then y, from 0 to 1.
        region_id: Number of each node's region, the same in every graph of one kind.
        y: Label, 1 is fake; a number becomes a tensor ``[1]``.
        kind: What a node is: ``"region"``, ``"patch"``, ``"au"``, ``"part"``, ``"token"`` or
            ``"landmark"``; ``"region"`` by default where ``x`` is given.
        edge_kept: False where an edge was masked; its weight is then what it was before.
        **attributes: Anything else. The library knows ``attention`` (where in the crop
            each node looks), ``class_attention`` (how much a class token looks at each node),
            ``place_kept`` (false where a node is hidden in training), ``region_kept`` (false
            where :class:`~graphforensics.transforms.MaskRegions` hid one), ``frame_id``, ``time``
            in seconds and the face's ``box``.

    Shapes:
        ``x [N, C]``, ``edge_index [2, E]``, ``edge_weight [E]``, ``edge_kept [E]`` (bool),
        ``pos [N, 2]``, ``region_id [N]``, ``y [1]`` or ``[N]``, ``attention [N, h, w]``,
        ``class_attention [N]``, ``place_kept`` and ``region_kept [N]`` (bool), ``frame_id [1]``,
        ``time [1]``, ``box [1, 4]``.

    Raises:
        ValueError: From :meth:`validate`, never from the constructor: PyTorch Geometric
            itself builds graphs that are filled later.

    Example:
        >>> matrix = torch.tensor([[0.0, 1, 0], [0, 0, 2], [0, 0, 0]])
        >>> graph = FaceGraph.from_dense(torch.rand(3, 8), matrix)
        >>> graph.edge_index[:, 5].tolist(), graph.edge_weight[5].item()  # row 1, column 2
        ([2, 1], 2.0)
        >>> graph.validate()
        True
    """

    _shapes: ClassVar[dict[str, tuple[Shape, ...]]] = still_shapes()

    @classmethod
    def from_dense(
        cls,
        x: Tensor,
        adjacency: Tensor,
        pos: Tensor | None = None,
        region_id: Tensor | None = None,
        y: Tensor | float | None = None,
        kind: NodeKind = "region",
        edge_kept: Tensor | None = None,
        **attributes: Any,
    ) -> FaceGraph:
        """Build the complete graph, self-relations included, of a dense matrix.

        Args:
            x: Features ``[N, C]``.
            adjacency: ``[N, N]``, row i is the receiving node.
            pos: As in the constructor.
            region_id: 0 to N - 1 by default.
            y: As in the constructor.
            kind: As in the constructor.
            edge_kept: ``[N, N]``, bool.
            **attributes: As in the constructor.

        Raises:
            ValueError: A shape is not the wanted one.
        """
        if x.dim() != 2:
            raise ValueError(f"'x' must be [N, C] (got {list(x.shape)})")
        nodes = x.size(0)
        graph = cls(
            x=x,
            edge_index=complete_edge_index(nodes, x.device),
            edge_weight=_flat("adjacency", adjacency, nodes),
            pos=pos,
            region_id=torch.arange(nodes, device=x.device) if region_id is None else region_id,
            y=y,
            kind=kind,
            edge_kept=None if edge_kept is None else _flat("edge_kept", edge_kept, nodes),
            **attributes,
        )
        graph.validate()
        return graph

    def adjacency(self) -> Tensor:
        """Return the weights as ``[N, N]``, row i the receiving node, 0 where no edge is.

        Masked edges carry the weight that they had; several edges between one pair are
        added; without weights every edge counts 1.
        """
        source, target = self.edge_index
        nodes = self.num_nodes or 0
        weight = self.edge_weight if "edge_weight" in self else torch.ones_like(source).float()
        dense: Tensor = weight.new_zeros(nodes, nodes)
        return dense.index_put((target, source), weight, accumulate=True)


def _flat(name: str, dense: Tensor, nodes: int) -> Tensor:
    if tuple(dense.shape) != (nodes, nodes):
        raise ValueError(f"'{name}' must be [N, N] = [{nodes}, {nodes}] (got {list(dense.shape)})")
    return dense.reshape(-1)

"""A face over time: snapshots of one graph over the same nodes."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any, ClassVar, overload

import torch
from torch import Tensor
from torch_geometric.data import Batch

from graphforensics.data._face_data import FaceData, NodeKind, complete_edge_index
from graphforensics.data._schema import Shape, shapes_over_time
from graphforensics.data.face_graph import FaceGraph


class FaceGraphSequence(FaceData):
    r"""T snapshots of one face over the same nodes and edges.

    Axis 1 of whatever changes over time is time; what has no such axis holds for all
    snapshots. Axis 0 is nodes, edges, or 1, so that the ordinary PyTorch Geometric loader
    batches sequences of equal T. ``len(sequence)`` is T, ``sequence[t]`` a
    :class:`FaceGraph`, ``sequence[a:b]`` a sequence; as in every ``Data``,
    ``sequence["x"]`` is an attribute and iteration yields names and values: use
    :meth:`snapshots` for the graphs. A batch's length and index count its sequences; its
    :meth:`snapshots` are batched graphs, with their ``batch`` vector.

    Args:
        x: Features of the nodes over time.
        edge_index: Source (row 0) and target (row 1) of each edge, the same in all snapshots.
        edge_weight: Strength of each relation, still or over time.
        pos: Centre of each node's region in the crop, x then y, from 0 to 1.
        region_id: Number of each node's region.
        y: Label, 1 is fake; a number becomes a tensor ``[1]``.
        kind: What a node is, as in :class:`FaceGraph`.
        edge_kept: False where an edge was masked; its weight is then what it was before.
        **attributes: Anything else. The library knows those of :class:`FaceGraph`; attributes
            that it does not know go into every snapshot as they are.

    Shapes:
        ``x [N, T, C]``, ``edge_index [2, E]``, ``edge_weight`` and ``edge_kept`` ``[E]`` or
        ``[E, T]``, ``pos [N, 2]`` or ``[N, T, 2]``, ``region_id [N]``, ``y [1]``, ``[1, T]`` or
        ``[N, T]``, ``attention [N, T, h, w]`` or ``[N, h, w]``, ``frame_id`` and ``time``
        ``[1, T]`` or ``[1]``, ``box [1, T, 4]`` or ``[1, 4]``; what else :class:`FaceGraph` has
        for a node, ``[N, T]`` or ``[N]``.

    Raises:
        ValueError: From :meth:`validate`, never from the constructor.

    Example:
        >>> sequence = FaceGraphSequence.from_dense(torch.rand(3, 5, 8), torch.rand(3, 3))
        >>> len(sequence), sequence[0].x.shape, len(sequence[1:4])
        (5, torch.Size([3, 8]), 3)
        >>> [graph.num_edges for graph in sequence.snapshots()]
        [9, 9, 9, 9, 9]
    """

    #: First the shape over time, then that of what stands still.
    _shapes: ClassVar[dict[str, tuple[Shape, ...]]] = shapes_over_time()

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
    ) -> FaceGraphSequence:
        """Build the complete graph, self-relations included, of one or T dense matrices.

        Args:
            x: Features ``[N, T, C]``.
            adjacency: ``[N, N]`` or ``[T, N, N]``, row i is the receiving node.
            pos: As in the constructor.
            region_id: 0 to N - 1 by default.
            y: As in the constructor.
            kind: As in the constructor.
            edge_kept: ``[N, N]`` or ``[T, N, N]``, bool.
            **attributes: As in the constructor.

        Raises:
            ValueError: A shape is not the wanted one.
        """
        if x.dim() != 3:
            raise ValueError(f"'x' must be [N, T, C] (got {list(x.shape)})")
        nodes, steps = x.shape[:2]
        sequence = cls(
            x=x,
            edge_index=complete_edge_index(nodes, x.device),
            edge_weight=_flat("adjacency", adjacency, nodes, steps),
            pos=pos,
            region_id=torch.arange(nodes, device=x.device) if region_id is None else region_id,
            y=y,
            kind=kind,
            edge_kept=None if edge_kept is None else _flat("edge_kept", edge_kept, nodes, steps),
            **attributes,
        )
        sequence.validate()
        return sequence

    def __len__(self) -> int:
        return self.num_snapshots

    @overload
    def __getitem__(self, key: str) -> Any: ...
    @overload
    def __getitem__(self, key: int) -> FaceGraph: ...
    @overload
    def __getitem__(self, key: slice) -> FaceGraphSequence: ...
    def __getitem__(self, key: str | int | slice) -> Any:
        if isinstance(key, str):
            return super().__getitem__(key)
        if isinstance(key, slice):
            return self._select(FaceGraphSequence, key)
        step = operator.index(key)
        if not -self.num_snapshots <= step < self.num_snapshots:
            raise IndexError(f"snapshot {step} of a sequence of {self.num_snapshots}")
        return self._select(FaceGraph, step)

    @property
    def num_snapshots(self) -> int:
        """Number of snapshots T, of a batch as of a single sequence."""
        return int(self.x.size(1)) if "x" in self else 0

    def is_over_time(self, name: str) -> bool:
        """Say whether attribute ``name`` has a time axis."""
        shape = self._shapes.get(name, ((),))[0]
        value = self[name]
        return "T" in shape and isinstance(value, Tensor) and value.dim() == len(shape)

    def snapshots(self) -> Iterator[FaceGraph]:
        """Yield the graph of each point in time, in order."""
        for step in range(self.num_snapshots):
            yield self._select(FaceGraph, step)

    def _select(self, cls: type[FaceData], key: int | slice) -> Any:
        out = Batch(_base_cls=cls) if isinstance(self, Batch) else cls()
        for name, value in self:
            out[name] = value[:, key] if self.is_over_time(name) else value
        # Time is no axis along which graphs are joined: the batch is cut where it was.
        for name in _OF_A_BATCH:
            if name in self._store.__dict__:
                out._store.__dict__[name] = self._store.__dict__[name]
        return out


#: What PyTorch Geometric knows of a batch beside its attributes.
_OF_A_BATCH = ("_num_graphs", "_slice_dict", "_inc_dict")


def _flat(name: str, dense: Tensor, nodes: int, steps: int) -> Tensor:
    if tuple(dense.shape) == (nodes, nodes):
        return dense.reshape(-1)
    if tuple(dense.shape) == (steps, nodes, nodes):
        return dense.reshape(steps, -1).t()
    raise ValueError(
        f"'{name}' must be [N, N] or [T, N, N] with N = {nodes} and T = {steps} "
        f"(got {list(dense.shape)})"
    )

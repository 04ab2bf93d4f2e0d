"""A face graph as the plain numbers that pictures and files are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch_geometric.data import Batch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.regions.action_units import ACTION_UNITS
from graphforensics.visualization.mean_graph import mean_graph

#: What a node is called in a picture.
WORDS = {
    "region": "region",
    "patch": "patch",
    "au": "action unit",
    "part": "facial part",
    "token": "token",
    "landmark": "landmark",
}
#: Nodes that all have some relation to each other, never a negative one.
ALWAYS_RELATED = tuple(WORDS[kind] for kind in ("patch", "token", "au"))

#: Two directions of a relation that differ by less than this share, as rounding makes them, are
#: one.
_ALIKE = 1e-3


@dataclass(frozen=True)
class Relations:
    """Nodes and edges of one graph as arrays.

    Args:
        pos: Places ``[N, 2]`` from 0 to 1; in a circle where the graph has none.
        source: Sending node of each edge ``[E]``.
        target: Receiving node of each edge ``[E]``.
        edge_weight: Its strength ``[E]``, 1 where the graph has none.
        edge_kept: False where it was masked ``[E]``.
        attention: Where each node looks ``[N, h, w]``, or None.
        names: Name of each node.
        word: What a node is called.
    """

    pos: NDArray[np.float64]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    edge_weight: NDArray[np.float64]
    edge_kept: NDArray[np.bool_]
    attention: NDArray[np.float64] | None
    names: list[str]
    word: str

    @property
    def blind(self) -> NDArray[np.bool_]:
        """True for nodes whose attention is zero everywhere: they look at nothing."""
        if self.attention is None:
            return np.zeros(len(self.pos), dtype=np.bool_)
        blind: NDArray[np.bool_] = self.attention.max(axis=(1, 2)) <= 0
        return blind

    @property
    def graded(self) -> bool:
        """Whether every node is related to every other to some degree, and never negatively."""
        between = self.edge_weight[self.source != self.target]
        return self.word in ALWAYS_RELATED and len(between) > 0 and bool((between > 0).all())

    @property
    def limits(self) -> tuple[float, float]:
        """Strength that is drawn as nothing, and the one that is drawn as the most.

        Nothing is 0; of graded relations, which would all look alike, it is the weakest.
        """
        if self.graded:
            between = self.edge_weight[self.source != self.target]
            return float(between.min()), float(between.max())
        return 0.0, float(np.abs(self.edge_weight).max(initial=0))

    @property
    def share(self) -> NDArray[np.float64]:
        """Place of each edge's strength between the limits, from 0 to 1."""
        low, high = self.limits
        size = np.abs(self.edge_weight)
        if high <= low:
            return np.asarray(size > 0, dtype=np.float64)
        return np.asarray(np.clip((size - low) / (high - low), 0, 1), dtype=np.float64)

    @property
    def loops(self) -> NDArray[np.int64]:
        """Edges of a node to itself that are worth drawing: none of graded relations."""
        if self.graded:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero((self.source == self.target) & (self.edge_weight != 0))

    @property
    def symmetric(self) -> bool:
        """Whether every relation is the same both ways, so that a pair has one line, no arrow."""
        nodes = len(self.pos)
        between = self.source != self.target
        ends = self.source[between], self.target[between]
        place = ends[1] * nodes + ends[0]
        if not len(place) or len(np.unique(place)) != len(place):
            return False
        weight, kept = np.zeros((nodes, nodes)), np.ones((nodes, nodes), np.bool_)
        weight[ends[1], ends[0]] = self.edge_weight[between]
        kept[ends[1], ends[0]] = self.edge_kept[between]
        alike = np.allclose(weight, weight.T, rtol=_ALIKE, atol=_ALIKE * np.abs(weight).max())
        return bool(alike) and bool((kept == kept.T).all())

    def strongest(self, count: int | None) -> NDArray[np.int64]:
        """Return the ``count`` strongest edges between two nodes, the weakest of them first.

        Of a symmetric graph each pair counts once.
        """
        drawn = self.source < self.target if self.symmetric else self.source != self.target
        between = np.flatnonzero(drawn & (self.edge_weight != 0))
        order = between[np.argsort(np.abs(self.edge_weight[between]), kind="stable")]
        return order if count is None else order[max(len(order) - count, 0) :]


def relations(
    graph: FaceGraph | FaceGraphSequence, names: Sequence[str] | None = None
) -> Relations:
    """Read a graph, or the mean of a sequence, into arrays.

    Args:
        graph: What is to be drawn.
        names: Name of each node, by default their region numbers, of action units those of the
            Facial Action Coding System.

    Raises:
        ValueError: It is a batch, or the graph's shapes are wrong, or a value is not finite, or
            there are not as many names as nodes.
    """
    if isinstance(graph, Batch):
        raise ValueError("'graph' is a batch: take one of 'batch.to_data_list()'")
    graph.validate()
    still = mean_graph(graph)
    nodes = int(still.num_nodes or 0)
    given = list(names) if names is not None else _numbers(still, nodes)
    if len(given) != nodes:
        raise ValueError(f"'names' must hold {nodes} names (got {len(given)})")
    edges = still.edge_index.cpu().numpy().astype(np.int64)
    return Relations(
        pos=_array(still, "pos", _circle(nodes)),
        source=edges[0],
        target=edges[1],
        edge_weight=_array(still, "edge_weight", np.ones(edges.shape[1])),
        edge_kept=_array(still, "edge_kept", np.ones(edges.shape[1])) > 0,
        attention=_array(still, "attention", np.zeros(0)) if "attention" in still else None,
        names=given,
        word=WORDS.get(still.get("kind", "region"), "region"),
    )


def _numbers(graph: FaceGraph, nodes: int) -> list[str]:
    ids = graph.region_id.tolist() if "region_id" in graph else range(nodes)
    if graph.get("kind") == "au" and all(0 <= number < len(ACTION_UNITS) for number in ids):
        return [ACTION_UNITS[number].removeprefix("AU") for number in ids]
    return [str(number) for number in ids]


def _array(graph: FaceGraph, name: str, default: NDArray[np.float64]) -> NDArray[np.float64]:
    if name not in graph:
        return default
    values: NDArray[np.float64] = graph[name].detach().double().cpu().numpy()
    if not np.isfinite(values).all():
        raise ValueError(f"'{name}' holds values that are not finite")
    return values


def _circle(nodes: int) -> NDArray[np.float64]:
    angle = 2 * np.pi * np.arange(nodes) / max(nodes, 1) - np.pi / 2
    return 0.5 + 0.38 * np.stack([np.cos(angle), np.sin(angle)], axis=1)

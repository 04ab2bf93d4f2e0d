"""A face graph as a networkx graph whose attributes any file format holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.visualization.relations import Relations, relations

Scalar = str | int | float | bool


def networkx_graph(
    graph: FaceGraph | FaceGraphSequence,
    names: Sequence[str] | None = None,
    **attributes: Scalar | None,
) -> Any:
    """Return a ``networkx.DiGraph`` with one plain value an attribute.

    Nodes have ``name``, ``region_id``, ``x`` and ``y``; edges ``weight`` and ``kept``; the graph
    ``kind`` and ``snapshots``; tokens also ``class_attention`` and ``place_kept``. Of what changes
    over time these are the means, and ``x_0``, ``x_1``, ... are the values of the snapshots.
    Features and attention maps stay behind; for those there is
    :func:`torch_geometric.utils.to_networkx`.

    Args:
        graph: A graph or a sequence, not a batch.
        names: Name of each node, their region numbers by default.
        **attributes: Attributes of the whole graph; None is left out.

    Returns:
        A ``DiGraph``, or a ``MultiDiGraph`` where a pair has several edges.

    Raises:
        ValueError: The graph's shapes are wrong.

    Example:
        >>> import torch
        >>> graph = FaceGraph.from_dense(torch.rand(2, 4), torch.tensor([[0.0, 1], [2, 3]]))
        >>> networkx_graph(graph).edges[1, 0]["weight"]
        1.0
    """
    mean = relations(graph, names)
    pairs = list(zip(mean.source.tolist(), mean.target.tolist(), strict=True))
    out = nx.DiGraph() if len(set(pairs)) == len(pairs) else nx.MultiDiGraph()
    steps = len(graph) if isinstance(graph, FaceGraphSequence) else 1
    out.graph.update({"kind": str(graph.get("kind", "region")), "snapshots": steps})
    out.graph.update({key: value for key, value in attributes.items() if value is not None})
    nodes, edges = _nodes(graph, mean), _edges(graph, mean)
    for node in range(len(mean.names)):
        out.add_node(node, **{key: values[node] for key, values in nodes.items()})
    for number, pair in enumerate(pairs):
        out.add_edge(*pair, **{key: values[number] for key, values in edges.items()})
    return out


def _nodes(graph: FaceGraph | FaceGraphSequence, mean: Relations) -> dict[str, list[Any]]:
    out: dict[str, list[Any]] = {"name": mean.names}
    if "region_id" in graph:
        out["region_id"] = graph.region_id.tolist()
    for name in ("class_attention", "place_kept"):
        if name in graph:
            out[name] = graph[name].tolist()
    if "pos" in graph:
        out |= {"x": mean.pos[:, 0].tolist(), "y": mean.pos[:, 1].tolist()}
        for step, places in enumerate(_over_time(graph, "pos")):
            out |= {f"x_{step}": places[:, 0].tolist(), f"y_{step}": places[:, 1].tolist()}
    return out


def _edges(graph: FaceGraph | FaceGraphSequence, mean: Relations) -> dict[str, list[Any]]:
    # "weight" is the name that networkx's own algorithms look for.
    out: dict[str, list[Any]] = {
        "weight": mean.edge_weight.tolist(),
        "kept": mean.edge_kept.tolist(),
    }
    for step, edge_weight in enumerate(_over_time(graph, "edge_weight")):
        out[f"weight_{step}"] = edge_weight.tolist()
    for step, edge_kept in enumerate(_over_time(graph, "edge_kept")):
        out[f"kept_{step}"] = (edge_kept > 0).tolist()
    return out


def _over_time(graph: FaceGraph | FaceGraphSequence, name: str) -> list[NDArray[np.float64]]:
    if not isinstance(graph, FaceGraphSequence) or name not in graph:
        return []
    if not graph.is_over_time(name):
        return []
    return list(np.moveaxis(graph[name].detach().double().cpu().numpy(), 1, 0))

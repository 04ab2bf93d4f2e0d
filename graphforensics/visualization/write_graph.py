"""Face graphs as files for other programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import networkx as nx

from graphforensics._files import write_whole
from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.visualization.networkx_graph import Scalar, networkx_graph

GraphFormat = Literal["graphml", "json"]


def write_graph(
    graph: FaceGraph | FaceGraphSequence,
    path: str | Path,
    format: GraphFormat = "json",
    names: Sequence[str] | None = None,
    **attributes: Scalar | None,
) -> None:
    """Write a graph as GraphML or as networkx's node-link JSON.

    ``networkx.read_graphml(path, node_type=int)`` and
    ``networkx.node_link_graph(json.load(file), edges="edges")`` read it back;
    :func:`networkx_graph` says which attributes there are.

    Args:
        graph: A graph or a sequence, not a batch.
        path: Where it goes.
        format: ``"graphml"`` or ``"json"``.
        names: Name of each node, their region numbers by default.
        **attributes: Attributes of the whole graph; None is left out.

    Raises:
        OutputError: The file cannot be written.
        ValueError: ``format`` is unknown, or the graph's shapes are wrong.
    """
    write_networkx(networkx_graph(graph, names, **attributes), path, format)


def write_networkx(graph: Any, path: str | Path, format: GraphFormat) -> None:
    """Write a networkx graph whose attributes are plain values; see :func:`write_graph`."""
    if format not in get_args(GraphFormat):
        raise ValueError(f"'format' must be graphml or json (got {format!r})")
    text = _graphml(graph) if format == "graphml" else node_link_text(graph)
    write_whole(path, text)


def node_link_text(graph: Any) -> str:
    """Return networkx's node-link form as JSON."""
    return json.dumps(nx.node_link_data(graph, edges="edges"), indent=1, allow_nan=False) + "\n"


def _graphml(graph: Any) -> str:
    plain = graph.copy()
    held = [plain.graph, *(data for _, data in plain.nodes(data=True))]
    for attributes in held:
        for key, value in attributes.items():
            if isinstance(value, str):
                attributes[key] = xml_text(value)
    return "\n".join(nx.generate_graphml(plain)) + "\n"


def xml_text(text: str) -> str:
    """Return ``text`` with a question mark for each character that XML cannot hold."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)

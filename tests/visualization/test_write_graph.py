from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import pytest

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.errors import OutputError
from graphforensics.visualization.networkx_graph import networkx_graph
from graphforensics.visualization.write_graph import write_graph


def same(one: nx.DiGraph, two: nx.DiGraph) -> bool:
    def equal(a: dict, b: dict) -> bool:
        return a == b

    return nx.is_isomorphic(one, two, node_match=equal, edge_match=equal)


@pytest.mark.parametrize("which", ["graph", "sequence"])
def test_json_comes_back_the_same(which: str, request: pytest.FixtureRequest, tmp_path: Path):
    given = request.getfixturevalue(which)
    write_graph(given, tmp_path / "a.json", "json", source="clip.mp4", probability=0.25)
    read = nx.node_link_graph(json.loads((tmp_path / "a.json").read_text()), edges="edges")
    wanted = networkx_graph(given, source="clip.mp4", probability=0.25)
    assert read.graph == wanted.graph
    assert dict(read.nodes(data=True)) == dict(wanted.nodes(data=True))
    assert {(u, v): d for u, v, d in read.edges(data=True)} == {
        (u, v): d for u, v, d in wanted.edges(data=True)
    }


@pytest.mark.parametrize("which", ["graph", "sequence"])
def test_graphml_comes_back_the_same(which: str, request: pytest.FixtureRequest, tmp_path: Path):
    given = request.getfixturevalue(which)
    write_graph(given, tmp_path / "a.graphml", "graphml", source="clip.mp4", probability=0.25)
    read = nx.read_graphml(tmp_path / "a.graphml", node_type=int)
    wanted = networkx_graph(given, source="clip.mp4", probability=0.25)
    assert isinstance(read, nx.DiGraph)
    assert {k: read.graph[k] for k in wanted.graph} == wanted.graph
    assert dict(read.nodes(data=True)) == dict(wanted.nodes(data=True))
    assert same(read, wanted)


def test_graphml_holds_any_name(graph: FaceGraph, tmp_path: Path):
    names = ['<&">', "bell \x07", "目"]
    write_graph(graph, tmp_path / "a.graphml", "graphml", names=names)
    read = nx.read_graphml(tmp_path / "a.graphml", node_type=int)
    assert [read.nodes[node]["name"] for node in range(3)] == ['<&">', "bell ?", "目"]


def test_numbers_stay_exact(sequence: FaceGraphSequence, tmp_path: Path):
    write_graph(sequence, tmp_path / "a.graphml", "graphml")
    read = nx.read_graphml(tmp_path / "a.graphml", node_type=int)
    for node in range(3):
        for step in range(3):
            assert read.nodes[node][f"x_{step}"] == sequence.pos[node, step, 0].item()


def test_bad_places_and_formats_are_refused(graph: FaceGraph, tmp_path: Path):
    with pytest.raises(ValueError, match=r"'format' must be graphml or json \(got 'dot'\)"):
        write_graph(graph, tmp_path / "a", "dot")
    with pytest.raises(OutputError, match="cannot be written"):
        write_graph(graph, tmp_path / "missing" / "a.json")
    assert list(tmp_path.iterdir()) == []

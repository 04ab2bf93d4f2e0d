from __future__ import annotations

import networkx as nx
import pytest
import torch
from torch_geometric.data import Batch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.visualization.networkx_graph import networkx_graph


def test_nodes_and_edges_carry_what_a_reader_needs(graph: FaceGraph):
    got = networkx_graph(graph, ["left eye", "right eye", "mouth"], probability=0.5, source=None)
    assert type(got) is nx.DiGraph
    assert got.graph == {"kind": "region", "snapshots": 1, "probability": 0.5}
    assert got.nodes[2] == {"name": "mouth", "region_id": 2, "x": 0.5, "y": 0.75}
    assert got.number_of_edges() == 9
    assert got.edges[2, 0] == {"weight": -4.0, "kept": True}
    assert got.edges[0, 2] == {"weight": 3.0, "kept": False}


def test_the_matrix_comes_back(graph: FaceGraph):
    # networkx has a row for the sender.
    matrix = nx.to_numpy_array(networkx_graph(graph))
    torch.testing.assert_close(torch.tensor(matrix.T).float(), graph.adjacency())


def test_a_sequence_has_a_value_for_each_snapshot(sequence: FaceGraphSequence):
    got = networkx_graph(sequence)
    assert got.graph["snapshots"] == 3
    edge = got.edges[2, 0]
    assert [edge[f"weight_{step}"] for step in range(3)] == [-4, -3, -2]
    assert edge["weight"] == -3
    assert "kept_0" not in edge  # the mask stands still
    node = got.nodes[0]
    assert [node[f"x_{step}"] for step in range(3)] == pytest.approx([0.3, 0.35, 0.4])
    assert node["x"] == pytest.approx(0.35)


def test_parallel_edges_stay_apart():
    graph = FaceGraph(torch.zeros(2, 1), torch.tensor([[0, 0], [1, 1]]), torch.tensor([1.0, 2.0]))
    got = networkx_graph(graph)
    assert isinstance(got, nx.MultiDiGraph)
    assert sorted(data["weight"] for *_, data in got.edges(data=True)) == [1, 2]


def test_algorithms_of_networkx_run_on_it(graph: FaceGraph):
    strength = networkx_graph(graph).in_degree(weight="weight")
    assert dict(strength) == {0: -3.0, 1: 2.5, 2: 1.75}


def test_a_batch_is_refused_in_words():
    one = FaceGraph.from_dense(torch.rand(2, 4), torch.rand(2, 2))
    with pytest.raises(ValueError, match="'graph' is a batch"):
        networkx_graph(Batch.from_data_list([one, one]))

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.visualization.relations import relations


def test_strongest_edges_come_last_and_leave_out_loops_and_zeros(graph: FaceGraph):
    parts = relations(graph)
    pairs = [(parts.source[e], parts.target[e]) for e in parts.strongest(None)]
    assert pairs == [(1, 2), (0, 1), (1, 0), (0, 2), (2, 0)]
    assert [parts.edge_weight[e] for e in parts.strongest(2)] == [3.0, -4.0]
    assert len(parts.strongest(0)) == 0
    np.testing.assert_allclose(parts.share.max(), 1)
    np.testing.assert_allclose(parts.share[parts.strongest(2)], [0.75, 1.0])


def test_a_bare_graph_stands_in_a_circle_with_weights_of_one():
    graph = FaceGraph(torch.zeros(4, 1), torch.tensor([[0, 1], [1, 2]]))
    parts = relations(graph)
    assert parts.edge_weight.tolist() == [1, 1]
    assert parts.edge_kept.all()
    assert parts.names == ["0", "1", "2", "3"]
    np.testing.assert_allclose(np.linalg.norm(parts.pos - 0.5, axis=1), 0.38)


def test_a_node_whose_attention_is_zero_is_blind(graph: FaceGraph):
    graph.attention[1] = 0
    assert relations(graph).blind.tolist() == [False, True, False]


def test_weights_that_are_all_zero_have_no_share():
    graph = FaceGraph.from_dense(torch.zeros(2, 1), torch.zeros(2, 2))
    assert relations(graph).share.tolist() == [0, 0, 0, 0]
    assert len(relations(graph).strongest(None)) == 0


@pytest.mark.parametrize("name", ["edge_weight", "pos", "attention"])
def test_values_that_are_no_numbers_are_named(graph: FaceGraph, name: str):
    graph[name].view(-1)[1] = float("nan")
    with pytest.raises(ValueError, match=f"'{name}' holds values that are not finite"):
        relations(graph)


def test_names_must_be_as_many_as_nodes(graph: FaceGraph):
    with pytest.raises(ValueError, match=r"'names' must hold 3 names \(got 2\)"):
        relations(graph, ["eye", "mouth"])


def test_action_units_have_their_numbers_as_names():
    graph = FaceGraph.from_dense(torch.rand(15, 4), torch.rand(15, 15), kind="au")
    assert " ".join(relations(graph).names) == "1 2 4 6 7 9 10 12 14 15 17 23 24 25 26"
    some = FaceGraph.from_dense(
        torch.rand(2, 4), torch.rand(2, 2), region_id=torch.tensor([7, 14]), kind="au"
    )
    assert relations(some).names == ["12", "26"]
    some.region_id = torch.tensor([7, 15])
    assert relations(some).names == ["7", "15"]


@pytest.mark.parametrize("kind", ["patch", "token", "au"])
def test_relations_that_all_are_positive_go_from_the_least_to_the_most(kind: str):
    matrix = torch.tensor([[9.0, 2.0, 3.0], [2.0, 9.0, 4.0], [3.0, 4.0, 9.0]])
    parts = relations(FaceGraph.from_dense(torch.rand(3, 2), matrix, kind=kind))
    assert parts.limits == (2, 4)
    between = parts.source != parts.target
    np.testing.assert_allclose(parts.share[between], (parts.edge_weight[between] - 2) / 2)
    assert parts.share.max() == 1
    assert len(parts.loops) == 0
    matrix[0, 1] = -1
    signed = relations(FaceGraph.from_dense(torch.rand(3, 2), matrix, kind=kind))
    assert signed.limits == (0, 9)
    assert len(signed.loops) == 3


def test_equal_relations_are_all_drawn_alike():
    parts = relations(FaceGraph.from_dense(torch.rand(3, 2), torch.ones(3, 3), kind="patch"))
    assert parts.share.tolist() == [1] * 9


def test_relations_that_are_the_same_both_ways_count_once():
    matrix = torch.tensor([[9.0, 2.0, -3.0], [2.0, 9.0, 4.0], [-3.0, 4.0, 9.0]])
    graph = FaceGraph.from_dense(torch.rand(3, 2), matrix)
    parts = relations(graph)
    assert parts.symmetric
    pairs = [(parts.source[e], parts.target[e]) for e in parts.strongest(None)]
    assert pairs == [(0, 1), (0, 2), (1, 2)]
    assert len(parts.strongest(2)) == 2
    matrix[0, 1] = 2.1
    assert not relations(FaceGraph.from_dense(torch.rand(3, 2), matrix)).symmetric
    one_way = FaceGraph(torch.zeros(2, 1), torch.tensor([[0], [1]]), edge_weight=torch.ones(1))
    assert not relations(one_way).symmetric


def test_a_relation_that_is_masked_one_way_has_two_ways():
    matrix = torch.ones(2, 2)
    kept = torch.tensor([[True, True], [False, True]])
    graph = FaceGraph.from_dense(torch.rand(2, 2), matrix, edge_kept=kept)
    assert not relations(graph).symmetric

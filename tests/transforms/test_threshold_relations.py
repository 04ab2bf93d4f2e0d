from __future__ import annotations

import pytest
import torch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.transforms import ThresholdRelations
from tests.transforms.graphs import check_relations_transform, face, sequence


def test_by_hand():
    matrix = torch.tensor([[0.5, -0.5], [0.49, 1.0]])
    graph = FaceGraph.from_dense(torch.zeros(2, 1), matrix)
    assert ThresholdRelations(0.5)(graph).edge_weight.tolist() == [0.5, -0.5, 1.0]
    assert ThresholdRelations(0.5, absolute=False)(graph).edge_weight.tolist() == [0.5, 1.0]
    assert ThresholdRelations(-1.0, absolute=False)(graph).num_edges == 4
    assert ThresholdRelations(float("inf"))(graph).num_edges == 0


@pytest.mark.parametrize("absolute", [True, False])
def test_batches_and_order(absolute: bool):
    check_relations_transform(ThresholdRelations(0.6, absolute=absolute))


def test_against_a_dense_matrix():
    graph = face(3, nodes=9)
    matrix = graph.adjacency()
    wanted = torch.where(matrix.abs() >= 0.7, matrix, 0)
    assert torch.equal(ThresholdRelations(0.7)(graph).adjacency(), wanted)


def test_nan_does_not_vanish():
    matrix = torch.tensor([[torch.nan, 0.1], [0.2, 2.0]])
    kept = ThresholdRelations(1.0)(FaceGraph.from_dense(torch.zeros(2, 1), matrix))
    assert kept.edge_index.t().tolist() == [[0, 0], [1, 1]]


def test_a_sequence_keeps_what_is_strong_on_average():
    graph = sequence(0)
    kept = ThresholdRelations(0.8)(graph)
    wanted = graph.edge_weight.abs().mean(1) >= 0.8
    assert torch.equal(kept.edge_index, graph.edge_index[:, wanted])
    assert torch.equal(kept.edge_kept, graph.edge_kept[wanted])
    assert kept.validate()


def test_repr_and_errors():
    assert repr(ThresholdRelations(0.5)) == "ThresholdRelations(0.5, absolute=True)"
    with pytest.raises(ValueError, match="'threshold'"):
        ThresholdRelations(float("nan"))

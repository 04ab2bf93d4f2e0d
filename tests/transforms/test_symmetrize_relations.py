from __future__ import annotations

import pytest
import torch
from torch_geometric.data import Data
from torch_geometric.utils import coalesce, to_undirected

from graphforensics.data.face_graph import FaceGraph
from graphforensics.transforms import SymmetrizeRelations
from tests.transforms.graphs import check_relations_transform, face, rows, sequence

MATRIX = torch.tensor([[5.0, 1.0, -2.0], [3.0, 0.0, 4.0], [2.0, -4.0, 7.0]])


@pytest.mark.parametrize(
    ("reduce", "wanted"),
    [
        ("mean", [[5, 2, 0], [2, 0, 0], [0, 0, 7]]),
        ("max", [[5, 3, 2], [3, 0, 4], [2, 4, 7]]),
        ("min", [[5, 1, -2], [1, 0, -4], [-2, -4, 7]]),
        ("sum", [[5, 4, 0], [4, 0, 0], [0, 0, 7]]),
    ],
)
def test_by_hand(reduce: str, wanted: list[list[float]]):
    graph = FaceGraph.from_dense(torch.zeros(3, 1), MATRIX)
    joint = SymmetrizeRelations(reduce)(graph)
    assert joint.adjacency().tolist() == wanted
    assert torch.equal(joint.edge_index, graph.edge_index)  # the order of a complete graph stays


def test_one_direction_stands_for_both():
    graph = Data(x=torch.zeros(3, 1), edge_index=torch.tensor([[2], [0]]))
    graph.edge_weight, graph.edge_kept = torch.tensor([0.5]), torch.tensor([False])
    joint = SymmetrizeRelations()(graph)
    assert rows(joint, "edge_weight", "edge_kept") == {(2, 0): (0.5, False), (0, 2): (0.5, False)}


def test_a_relation_is_kept_where_either_direction_is():
    kept = torch.tensor([[False, True], [False, False]])
    graph = FaceGraph.from_dense(torch.zeros(2, 1), torch.ones(2, 2), edge_kept=kept)
    assert SymmetrizeRelations()(graph).edge_kept.tolist() == [False, True, True, False]


@pytest.mark.parametrize("reduce", ["mean", "max", "min"])
def test_against_pyg(reduce: str):
    graph = face(4, nodes=6)
    some = torch.rand(36) > 0.5
    graph = Data(
        x=graph.x, edge_index=graph.edge_index[:, some], edge_weight=graph.edge_weight[some]
    )
    joint = SymmetrizeRelations(reduce)(graph)
    wanted = to_undirected(graph.edge_index, graph.edge_weight, 6, reduce=reduce)
    got = coalesce(joint.edge_index, joint.edge_weight, 6)
    assert torch.equal(got[0], wanted[0])
    torch.testing.assert_close(got[1], wanted[1])


@pytest.mark.parametrize("reduce", ["mean", "max"])
def test_batches_and_order(reduce: str):
    check_relations_transform(SymmetrizeRelations(reduce))


def test_twice_is_once():
    once = SymmetrizeRelations()(face(2))
    twice = SymmetrizeRelations()(once)
    torch.testing.assert_close(twice.edge_weight, once.edge_weight)
    assert torch.equal(twice.edge_index, once.edge_index)


def test_a_sequence_at_every_time():
    graph = sequence(0)
    joint = SymmetrizeRelations()(graph)
    for before, after in zip(graph.snapshots(), joint.snapshots(), strict=True):
        matrix = before.adjacency()
        torch.testing.assert_close(after.adjacency(), (matrix + matrix.t()) / 2)


def test_weights_keep_their_gradient():
    weight = torch.randn(9, dtype=torch.float64, requires_grad=True)
    graph = FaceGraph.from_dense(torch.zeros(3, 1), MATRIX)

    def joint(weight: torch.Tensor) -> torch.Tensor:
        graph.edge_weight = weight
        return SymmetrizeRelations()(graph).edge_weight

    assert torch.autograd.gradcheck(joint, weight)


def test_nan_shows_on_both_sides():
    matrix = MATRIX.clone()
    matrix[0, 1] = torch.nan
    joint = SymmetrizeRelations()(FaceGraph.from_dense(torch.zeros(3, 1), matrix)).adjacency()
    assert joint.isnan().nonzero().tolist() == [[0, 1], [1, 0]]


def test_whole_numbers_must_agree():
    graph = FaceGraph.from_dense(torch.zeros(2, 1), torch.ones(2, 2))
    graph.edge_type = torch.tensor([0, 3, 3, 1])
    assert SymmetrizeRelations()(graph).edge_type.tolist() == [0, 3, 3, 1]
    graph.edge_type = torch.tensor([0, 3, 2, 1])
    with pytest.raises(ValueError, match="'edge_type' is whole and differs"):
        SymmetrizeRelations()(graph)


def test_without_edges():
    graph = Data(
        x=torch.zeros(0, 1), edge_index=torch.empty(2, 0).long(), edge_weight=torch.empty(0)
    )
    assert SymmetrizeRelations()(graph).num_edges == 0


def test_repr_and_errors():
    assert repr(SymmetrizeRelations("max")) == "SymmetrizeRelations(reduce='max')"
    with pytest.raises(ValueError, match="'reduce' must be one of"):
        SymmetrizeRelations("median")

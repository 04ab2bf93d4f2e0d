from __future__ import annotations

import pytest
import torch
import torch_geometric.transforms as T
from torch_geometric.data import Data, HeteroData
from torch_geometric.loader import DataLoader

from graphforensics.data.face_graph import FaceGraph
from graphforensics.transforms import KeepTopRelations
from tests.transforms.graphs import (
    EDGE_NAMES,
    check_relations_transform,
    face,
    plain,
    rows,
    sequence,
)

MATRIX = torch.tensor([[0.1, -0.9, 0.5], [0.3, 0.2, 0.0], [-0.7, 0.8, 0.6]])


def three() -> FaceGraph:
    return FaceGraph.from_dense(torch.zeros(3, 1), MATRIX)


def test_of_each_node_by_hand():
    top = KeepTopRelations(2)(three()).adjacency()
    assert torch.equal(top, torch.tensor([[0, -0.9, 0.5], [0.3, 0.2, 0], [-0.7, 0.8, 0]]))
    top = KeepTopRelations(1, absolute=False)(three()).adjacency()
    assert torch.equal(top, torch.tensor([[0, 0, 0.5], [0.3, 0, 0], [0, 0.8, 0]]))


def test_of_the_graph_by_hand():
    top = KeepTopRelations(3, per_node=False)(three())
    assert top.edge_index.t().tolist() == [[1, 0], [0, 2], [1, 2]]
    torch.testing.assert_close(top.edge_weight, torch.tensor([-0.9, -0.7, 0.8]))


def test_more_than_there_are_keeps_all():
    assert KeepTopRelations(9)(three()).num_edges == 9
    assert KeepTopRelations(10, per_node=False)(three()).num_edges == 9


def test_against_topk():
    graph = face(7, nodes=12)
    matrix = graph.adjacency()
    wanted = torch.zeros_like(matrix)
    number = matrix.abs().topk(4, dim=1).indices
    wanted.scatter_(1, number, matrix.gather(1, number))
    assert torch.equal(KeepTopRelations(4)(graph).adjacency(), wanted)


def test_every_attribute_of_an_edge_goes_with_it():
    graph = face(1)
    kept = KeepTopRelations(2)(graph)
    every = rows(graph, *EDGE_NAMES)
    assert kept.num_edges == 8
    for edge, row in rows(kept, *EDGE_NAMES).items():
        assert row == every[edge]
    for name in ("x", "pos", "y", "attention", "frame_id", "box", "region_id", "kind"):
        assert name in kept


@pytest.mark.parametrize("per_node", [True, False])
def test_batches_and_order(per_node: bool):
    check_relations_transform(KeepTopRelations(2, per_node=per_node))


def test_of_equal_relations_the_first_stays():
    graph = FaceGraph.from_dense(torch.zeros(3, 1), torch.ones(3, 3))
    assert KeepTopRelations(1)(graph).edge_index[0].tolist() == [0, 0, 0]


def test_nan_does_not_vanish():
    matrix = MATRIX.clone()
    matrix[0, 0] = torch.nan
    kept = KeepTopRelations(1)(FaceGraph.from_dense(torch.zeros(3, 1), matrix))
    assert bool(kept.edge_weight[0].isnan())
    assert kept.edge_weight[1:].tolist() == pytest.approx([0.3, 0.8])


def test_a_sequence_keeps_what_is_strong_on_average():
    graph = sequence(0)
    kept = KeepTopRelations(2)(graph)
    strength = graph.edge_weight.abs().mean(1).view(4, 4)
    wanted = {(j.item(), i) for i, row in enumerate(strength) for j in row.topk(2).indices}
    assert set(map(tuple, kept.edge_index.t().tolist())) == wanted
    assert kept.edge_weight.shape == kept.edge_kept.shape == (8, 3)
    assert [snapshot.num_edges for snapshot in kept.snapshots()] == [8, 8, 8]
    [batch] = DataLoader([graph, sequence(1)], batch_size=2)
    again = KeepTopRelations(2)(batch).to_data_list()[0]
    assert torch.equal(again.edge_weight, kept.edge_weight)
    assert torch.equal(again.edge_index, kept.edge_index)


def test_without_edges_or_nodes():
    empty = Data(
        x=torch.zeros(2, 1), edge_index=torch.empty(2, 0).long(), edge_weight=torch.empty(0)
    )
    assert KeepTopRelations(1)(empty).num_edges == 0
    nothing = Data(
        x=torch.zeros(0, 1), edge_index=torch.empty(2, 0).long(), edge_weight=torch.empty(0)
    )
    assert KeepTopRelations(1, per_node=False)(nothing).num_edges == 0


def test_a_graph_of_one_edge_keeps_its_label():
    # Lengths alone would take y [1] for an attribute of the edge.
    graph = Data(
        x=torch.zeros(2, 1),
        edge_index=torch.tensor([[0], [1]]),
        edge_weight=torch.ones(1),
        y=torch.ones(1),
        edge_label_index=torch.zeros(2, 1).long(),
    )
    top = KeepTopRelations(1)(graph)
    assert top.y.tolist() == [1.0]
    assert top.edge_label_index.shape == (2, 1)


def test_weights_of_another_name():
    graph = plain(three())
    graph.edge_attr = graph.edge_weight.view(-1, 1)
    del graph.edge_weight
    assert KeepTopRelations(1, attr="edge_attr")(graph).edge_attr.shape == (3, 1)


def test_among_other_transforms():
    compose = T.Compose([KeepTopRelations(2), T.ToUndirected(), T.AddSelfLoops()])
    loader = DataLoader([compose(three()), compose(three())], batch_size=2)
    assert next(iter(loader)).num_graphs == 2


def test_repr_and_errors():
    assert repr(KeepTopRelations(3)) == "KeepTopRelations(3, per_node=True)"
    with pytest.raises(ValueError, match="'k' must be at least 1"):
        KeepTopRelations(0)
    with pytest.raises(ValueError, match="'edge_weight'"):
        KeepTopRelations(1)(Data(x=torch.zeros(2, 1), edge_index=torch.zeros(2, 1).long()))
    with pytest.raises(ValueError, match="'edge_index'"):
        KeepTopRelations(1)(Data(x=torch.zeros(2, 1)))
    with pytest.raises(ValueError, match="HeteroData"):
        KeepTopRelations(1)(HeteroData())
    wrong = three()
    wrong.edge_weight = torch.zeros(9, 1, 1)
    with pytest.raises(ValueError, match=r"\[E\] or \[E, T\] with E = 9 \(got \[9, 1, 1\]\)"):
        KeepTopRelations(1)(wrong)

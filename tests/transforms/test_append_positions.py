from __future__ import annotations

import pytest
import torch
from torch_geometric.data import Batch, Data
from torch_geometric.loader import DataLoader

from graphforensics.transforms import AppendPositions
from tests.transforms.graphs import assert_same, face, plain, sequence


def test_by_hand():
    graph = Data(x=torch.tensor([[7.0], [8.0]]), pos=torch.tensor([[0.25, 0.5], [1.0, 0.0]]))
    longer = AppendPositions()(graph)
    assert longer.x.tolist() == [[7.0, 0.25, 0.5], [8.0, 1.0, 0.0]]
    assert graph.x.shape == (2, 1)


def test_in_a_sequence():
    graph = sequence(0)
    longer = AppendPositions()(graph)
    assert longer.x.shape == (4, 3, 5)
    for t, snapshot in enumerate(longer.snapshots()):
        assert_same(snapshot, AppendPositions()(graph[t]))
    graph.pos = graph.pos[:, 0]
    still = AppendPositions()(graph).x
    for t in range(3):
        assert torch.equal(still[:, t, 3:], graph.pos)


def test_in_a_batch():
    graphs = [face(0), face(1, nodes=3)]
    [batch] = DataLoader(graphs, batch_size=2)
    done = AppendPositions()(batch)
    for got, graph in zip(done.to_data_list(), graphs, strict=True):
        assert_same(got, AppendPositions()(graph))


def test_positions_take_the_type_of_the_features():
    graph = plain(face(0))
    graph.x = graph.x.half()
    assert AppendPositions()(graph).x.dtype == torch.float16


def test_without_features_positions_are_the_features():
    graph = Data(pos=torch.rand(3, 2))
    assert torch.equal(AppendPositions()(graph).x, graph.pos)


def test_features_made_in_a_batch_stay_when_it_falls_apart():
    graphs = [Data(pos=torch.rand(nodes, 2)) for nodes in (3, 2)]
    for one, given in zip(
        AppendPositions()(Batch.from_data_list(graphs)).to_data_list(), graphs, strict=True
    ):
        assert torch.equal(one.x, given.pos)


def test_errors_and_repr():
    assert repr(AppendPositions()) == "AppendPositions()"
    with pytest.raises(ValueError, match="'pos'"):
        AppendPositions()(Data(x=torch.zeros(3, 1)))
    with pytest.raises(ValueError, match=r"'x' \[3, 1\] and 'pos' \[2, 2\]"):
        AppendPositions()(Data(x=torch.zeros(3, 1), pos=torch.zeros(2, 2)))
    with pytest.raises(ValueError, match=r"'pos' \[3, 4, 2\]"):
        AppendPositions()(Data(x=torch.zeros(3, 5, 1), pos=torch.zeros(3, 4, 2)))

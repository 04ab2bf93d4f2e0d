from __future__ import annotations

import pytest
import torch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.nn import LearnedEdges


def test_starts_as_standard_normal_and_learns():
    edges = LearnedEdges(100)
    assert edges().shape == (100, 100)
    assert abs(edges().mean().item()) < 0.05
    assert abs(edges().std().item() - 1) < 0.05
    assert not torch.allclose(edges(), edges().t())  # directed
    assert [name for name, _ in edges.named_parameters()] == ["weight"]
    before = edges().clone()
    edges.reset_parameters()
    assert not torch.equal(edges(), before)


def test_edge_index_matches_the_graphs_order():
    edges = LearnedEdges(3)
    graph = FaceGraph.from_dense(torch.rand(3, 2), edges())
    assert torch.equal(edges.edge_index, graph.edge_index)
    assert torch.equal(edges().flatten(), graph.edge_weight)


def test_repr_and_errors():
    assert repr(LearnedEdges(3)) == "LearnedEdges(3)"
    with pytest.raises(ValueError, match=r"'num_nodes' must be positive \(got 0\)"):
        LearnedEdges(0)


def test_weights_lie_beside_their_edges():
    edges = LearnedEdges(3)
    for (source, target), weight in zip(edges.edge_index.t(), edges.edge_weight, strict=True):
        assert weight == edges()[target, source]
    edges.edge_weight.sum().backward()
    assert edges.weight.grad.eq(1).all()

from __future__ import annotations

import pytest
import torch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.visualization.mean_graph import mean_graph


def test_what_changes_is_averaged(sequence: FaceGraphSequence):
    mean = mean_graph(sequence)
    assert type(mean) is FaceGraph
    assert mean.validate()
    for name in ("x", "pos", "edge_weight", "attention"):
        wanted = sum(graph[name] for graph in sequence.snapshots()) / 3
        torch.testing.assert_close(mean[name], wanted, msg=name)
    assert torch.equal(mean.edge_kept, sequence.edge_kept)


def test_an_edge_is_masked_only_where_it_always_was():
    kept = torch.tensor([[True, False], [False, False]])
    sequence = FaceGraphSequence(
        torch.zeros(2, 2, 1), torch.tensor([[0, 1], [1, 0]]), torch.ones(2, 2), edge_kept=kept
    )
    assert mean_graph(sequence).edge_kept.tolist() == [True, False]


def test_a_single_graph_is_its_own_mean(graph: FaceGraph):
    assert mean_graph(graph) is graph


def test_nothing_has_no_mean(sequence: FaceGraphSequence):
    with pytest.raises(ValueError, match="without a snapshot"):
        mean_graph(sequence[0:0])

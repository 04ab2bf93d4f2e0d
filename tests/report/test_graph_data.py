"""Numbers of a graph, against matrices worked by hand."""

from __future__ import annotations

import numpy as np
import torch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.report.graph_data import MOST_RELATIONS, difference_data, graph_data

ONE = torch.tensor([[0.0, 0.5, -0.25], [0.5, 0.0, 0.0], [-0.25, 0.0, 0.0]])
OTHER = torch.tensor([[0.0, 0.1, -0.25], [0.1, 0.0, 0.3], [-0.25, 0.3, 0.0]])
PLACES = torch.tensor([[0.2, 0.2], [0.8, 0.2], [0.5, 0.8]])


def graph(weights: torch.Tensor) -> FaceGraph:
    return FaceGraph.from_dense(torch.zeros(len(weights), 2), weights, pos=PLACES[: len(weights)])


def pairs(data: dict) -> dict[tuple[int, int], float]:
    return {
        (source, target): weight
        for source, target, weight in zip(
            data["source"], data["target"], data["weight"], strict=True
        )
    }


def test_a_symmetric_relation_stands_once_and_the_strongest_first() -> None:
    data = graph_data(graph(ONE))
    assert data["symmetric"]
    assert data["weight"] == [0.5, -0.25]
    assert pairs(data) == {(0, 1): 0.5, (0, 2): -0.25}
    assert [(node["cx"], node["cy"]) for node in data["nodes"]] == [
        (0.2, 0.2), (0.8, 0.2), (0.5, 0.8)
    ]  # fmt: skip
    assert data["left_out"] == 0


def test_the_difference_is_the_first_less_the_second() -> None:
    data = difference_data(graph(ONE), graph(OTHER))
    assert data is not None
    assert pairs(data) == {(0, 1): 0.4, (1, 2): -0.3}
    assert (data["largest"], data["strongest"]) == (0.4, 0.5)


def test_a_masked_relation_counts_as_none_in_a_difference() -> None:
    kept = torch.ones(3, 3, dtype=torch.bool)
    kept[0, 1] = kept[1, 0] = False
    masked = FaceGraph.from_dense(torch.zeros(3, 2), ONE, pos=PLACES, edge_kept=kept)
    data = difference_data(masked, graph(ONE))
    assert data is not None
    assert pairs(data) == {(0, 1): -0.5}


def test_rounding_is_no_difference_and_other_nodes_are_not_compared() -> None:
    data = difference_data(graph(ONE), graph(ONE + 1e-7 * (ONE != 0)))
    assert data is not None
    assert data["weight"] == []
    assert data["largest"] == 0
    assert difference_data(graph(ONE), graph(ONE[:2, :2])) is None


def test_every_snapshot_is_told_where_relations_change() -> None:
    x = torch.zeros(3, 2, 4)
    sequence = FaceGraphSequence.from_dense(x, torch.stack([ONE, OTHER]), pos=PLACES)
    data = graph_data(sequence)
    assert len(data["steps"]) == 2
    told = dict(zip(pairs(data), data["steps"][1], strict=True))
    assert told == {(0, 1): 0.1, (0, 2): -0.25, (1, 2): 0.3}
    assert pairs(data)[(0, 1)] == np.float32(0.3).round(4)
    still = FaceGraphSequence.from_dense(x, ONE, pos=PLACES)
    assert graph_data(still)["steps"] == []


def test_many_relations_are_cut_to_the_strongest() -> None:
    weights = torch.rand(40, 40, generator=torch.Generator().manual_seed(0))
    data = graph_data(FaceGraph.from_dense(torch.zeros(40, 2), weights))
    assert len(data["weight"]) == MOST_RELATIONS
    assert data["left_out"] == 40 * 39 - MOST_RELATIONS
    between = weights[~torch.eye(40, dtype=torch.bool)].sort(descending=True).values
    np.testing.assert_allclose(data["weight"], between[:MOST_RELATIONS], rtol=1e-3)

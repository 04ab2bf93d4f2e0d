from __future__ import annotations

import numpy as np
import pytest
import torch
from torch_geometric.loader import DataLoader

from graphforensics.data import FaceGraph, FaceGraphSequence, landmark_graph


@pytest.fixture
def points() -> np.ndarray:
    return np.random.default_rng(0).uniform(20, 90, size=(4, 68, 2))


def test_a_frame_gives_places_without_place_and_size(points):
    graph = landmark_graph(points[0], label=1)
    assert isinstance(graph, FaceGraph)
    assert graph.validate()
    assert (graph.kind, graph.y.tolist(), graph.region_id.tolist()) == (
        "landmark", [1.0], list(range(68))
    )  # fmt: skip
    np.testing.assert_allclose(graph.x.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose((graph.x**2).sum(1).mean(), 1, rtol=1e-6)
    assert (graph.pos >= 0).all()
    assert (graph.pos <= 1).all()
    moved = landmark_graph(3 * points[0] + [40, -7], label=1)
    np.testing.assert_allclose(moved.x, graph.x, atol=1e-5)
    np.testing.assert_allclose(moved.pos, graph.pos, atol=1e-5)
    assert torch.equal(moved.edge_index, graph.edge_index)


def test_frames_give_places_over_time(points):
    sequence = landmark_graph(points, edges="anatomical")
    assert isinstance(sequence, FaceGraphSequence)
    assert sequence.validate()
    assert (len(sequence), "y" in sequence) == (4, False)
    for step, frame in enumerate(sequence.snapshots()):
        alone = landmark_graph(points[step], edges="anatomical")
        np.testing.assert_allclose(frame.x, alone.x, atol=1e-6)
    # Places of all frames are in one square, so that motion stays.
    size = (sequence.pos[0, 1] - sequence.pos[0, 0]) / torch.tensor(points[1, 0] - points[0, 0])
    assert size[0].item() == pytest.approx(size[1].item(), rel=1e-4)


def test_more_features_follow(points):
    extra = torch.rand(68, 4, 3)
    sequence = landmark_graph(points, features=extra)
    assert torch.equal(sequence.x[..., 2:], extra)
    batch = next(iter(DataLoader([sequence, sequence], batch_size=2)))
    assert batch.x.shape == (136, 4, 5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: {"landmarks": p[0, :60]}, "must be [68, 2] or [T, 68, 2] (got [60, 2])"),
        (lambda p: {"landmarks": p[:0]}, "must be finite, of one frame or more"),
        (lambda p: {"landmarks": p * np.nan}, "must be finite"),
        (lambda p: {"landmarks": p * 0}, "lie in one place"),
        (lambda p: {"landmarks": p, "features": torch.rand(68, 3)}, "must be [68, 4, 'F']"),
    ],
)
def test_what_does_not_fit_is_told(points, change, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        landmark_graph(**change(points))
    assert message in str(caught.value)

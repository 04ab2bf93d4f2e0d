from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.data.input_spec import InputSpec
from graphforensics.explain.region_places import (
    as_pixels,
    paint_regions,
    region_places,
    relation_shares,
)
from tests.explain.test_pyg_explainers import SMALL


def test_painting_against_numpy_and_the_sum_is_kept() -> None:
    rng = np.random.default_rng(0)
    places = rng.random((3, 2, 4, 5))
    places /= places.sum((-2, -1), keepdims=True)
    values = np.array([1.5, -2.0, 0.25])
    wanted = sum(values[n] * places[n] for n in range(3))
    found = paint_regions(torch.from_numpy(values), torch.from_numpy(places))
    assert np.allclose(found.numpy(), wanted)
    assert np.allclose(found.numpy().sum((-2, -1)), values.sum())


def test_relations_are_shared_by_their_ends() -> None:
    edge_index = torch.tensor([[0, 1, 2], [1, 1, 0]])
    found = relation_shares(torch.tensor([2.0, 6.0, -1.0]), edge_index, 4)
    assert found.tolist() == [0.5, 7.0, -0.5, 0.0]


@pytest.mark.parametrize("name", sorted(SMALL))
def test_the_centre_of_a_place_is_where_the_graph_says(name: str) -> None:
    detector = SMALL[name]().eval()
    graph = detector.graph(torch.rand(1, *detector.input_spec.shape))[0]
    places = region_places(detector, graph)
    total = places.sum((-2, -1))
    assert torch.all(((total - 1).abs() < 1e-6) | (total == 0))
    if name == "aunet":
        return  # its centres are those of the stronger side of a face
    height, width = places.shape[-2:]
    x = (torch.arange(width).double() + 0.5) / width
    y = (torch.arange(height).double() + 0.5) / height
    centre = torch.stack([places.sum(-2) @ x, places.sum(-1) @ y], -1)
    pos = graph.pos.double()
    apart = (centre - pos).abs().amax(-1)[total > 0]
    # MRL's centres leave out faint attention far away.
    assert float(apart.max()) < (0.5 if name == "mrl" else 1e-5)


def test_pixels_have_the_sample_s_shape() -> None:
    still = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert as_pixels(still, InputSpec("image", 4))[0, 0] == 1
    frames = as_pixels(still, InputSpec("frames", 4, frames=3))
    assert frames.shape == (3, 4, 4)
    clip = as_pixels(torch.stack([still, still + 1]), InputSpec("clip", 4, 2, 3))
    assert clip.shape == (2, 3, 4, 4)
    assert torch.equal(clip[0] + 1, clip[1])


def test_errors() -> None:
    with pytest.raises(ValueError, match=r"'values' must be \[2\] \(got \[3\]\)"):
        paint_regions(torch.ones(3), torch.ones(2, 1, 1))

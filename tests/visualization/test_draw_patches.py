from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.data import FaceGraph
from graphforensics.visualization import draw_patches, draw_relation_matrix, draw_verdict

FACE = np.full((40, 40, 3), 128, np.uint8)


def patches(similarity: torch.Tensor) -> FaceGraph:
    nodes = similarity.size(0)
    return FaceGraph.from_dense(
        torch.rand(nodes, 3), similarity, pos=torch.rand(nodes, 2), kind="patch"
    )


def shown(figure, name: str):
    images = [image for axes in figure.axes for image in axes.images]
    (found,) = [image for image in images if image.get_gid() == name]
    return found


def test_each_patch_has_its_unlikeness_in_raster_order():
    similarity = torch.rand(9, 9)
    values = shown(draw_patches(patches(similarity), FACE), "patches").get_array()
    for i in range(9):
        others = [similarity[i, j].item() for j in range(9) if j != i]
        assert values[i // 3, i % 3] == pytest.approx(1 - np.mean(others), abs=1e-6)


def test_similarities_are_told_apart_where_all_are_high():
    similarity = 0.9 + 0.1 * torch.rand(4, 4)
    matrix = shown(draw_relation_matrix(patches(similarity)), "relations")
    assert matrix.get_clim() == pytest.approx((similarity.min().item(), similarity.max().item()))
    other = FaceGraph.from_dense(torch.rand(4, 3), similarity)
    low, high = shown(draw_relation_matrix(other), "relations").get_clim()
    assert low == -high


def test_the_verdict_on_patches_shows_both():
    figure = draw_verdict(patches(torch.rand(25, 25)), [FACE])
    assert shown(figure, "patches").get_array().shape == (5, 5)
    assert shown(figure, "relations").get_array().shape == (25, 25)
    loose = patches(torch.rand(4, 4))
    loose.edge_index, loose.edge_weight = loose.edge_index[:, :0], loose.edge_weight[:0]
    draw_verdict(loose, [FACE])


@pytest.mark.parametrize("nodes", [1, 5])
def test_no_grid(nodes):
    with pytest.raises(ValueError, match=rf"'graph' must have k \* k nodes.*\(got {nodes}\)"):
        draw_patches(patches(torch.rand(nodes, nodes)), FACE)

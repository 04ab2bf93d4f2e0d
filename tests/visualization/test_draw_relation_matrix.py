from __future__ import annotations

import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from graphforensics.data.face_graph import FaceGraph
from graphforensics.visualization.draw_relation_matrix import draw_relation_matrix


def table(figure: Figure) -> AxesImage:
    (image,) = figure.axes[0].get_images()
    return image


def crosses(figure: Figure) -> set[tuple[int, int]]:
    (line,) = (line for line in figure.axes[0].lines if line.get_gid() == "masked")
    return {(int(y), int(x)) for x, y in line.get_xydata()}


def test_the_table_is_the_matrix_on_a_scale_around_zero(graph: FaceGraph):
    image = table(draw_relation_matrix(graph))
    np.testing.assert_allclose(image.get_array(), graph.adjacency())
    assert (image.norm.vmin, image.norm.vmax) == (-4, 4)
    np.testing.assert_allclose(image.cmap(0.5)[:3], [1, 1, 1], atol=0.02)


def test_masked_relations_are_crossed_out(graph: FaceGraph):
    figure = draw_relation_matrix(graph)
    assert crosses(figure) == {(2, 0), (2, 2)}
    assert figure.axes[0].get_title(loc="left") == "All relations (×: masked)"


def test_without_a_mask_nothing_is_crossed_out():
    graph = FaceGraph.from_dense(torch.zeros(2, 1), torch.zeros(2, 2))
    figure = draw_relation_matrix(graph)
    assert crosses(figure) == set()
    assert figure.axes[0].get_title(loc="left") == "All relations"


def test_axes_say_who_sends_and_who_receives(graph: FaceGraph):
    axes = draw_relation_matrix(graph, names=["eye", "nose", "mouth"]).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("from region", "to region")
    for ticks in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [text.get_text() for text in ticks] == ["eye", "nose", "mouth"]


def test_many_nodes_share_labels():
    graph = FaceGraph.from_dense(torch.zeros(49, 1), torch.rand(49, 49), kind="patch")
    axes = draw_relation_matrix(graph).axes[0]
    assert 16 <= len(axes.get_xticklabels()) <= 24
    assert axes.get_xlabel() == "from patch"


def test_relations_of_action_units_go_from_the_least_to_the_most():
    graph = FaceGraph.from_dense(torch.rand(3, 4), 5 + torch.rand(3, 3), kind="au")
    low, high = table(draw_relation_matrix(graph)).get_clim()
    assert (low, high) == (graph.edge_weight.min().item(), graph.edge_weight.max().item())

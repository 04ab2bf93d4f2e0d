from __future__ import annotations

import numpy as np
import pytest

from graphforensics.data.face_graph import FaceGraph
from graphforensics.visualization.draw_regions import draw_regions


def test_each_region_has_a_face_that_is_bright_where_it_looks(
    graph: FaceGraph, face_image: np.ndarray
):
    figure = draw_regions(graph, np.full_like(face_image, 200))
    shown = [axes for axes in figure.axes if axes.get_images()]
    assert [axes.get_title() for axes in shown] == ["0", "1", "2"]
    for axes, (x, y) in zip(shown, graph.pos.tolist(), strict=True):
        light = np.asarray(axes.get_images()[0].get_array()).mean(axis=2)
        row, column = np.unravel_index(light.argmax(), light.shape)
        np.testing.assert_allclose(
            (column / light.shape[1], row / light.shape[0]), (x, y), atol=0.1
        )
        assert len(axes.lines) == 2  # the outline and its shadow


def test_a_region_that_looks_nowhere_is_dark_and_says_so(graph: FaceGraph, face_image: np.ndarray):
    graph.attention[1] = 0
    figure = draw_regions(graph, face_image, names=["a", "b", "c"])
    assert figure.axes[1].get_title() == "b (nowhere)"
    assert not figure.axes[1].lines


def test_rows_fill_up(graph: FaceGraph, face_image: np.ndarray):
    figure = draw_regions(graph, face_image, columns=2)
    assert len(figure.axes) == 4
    assert [bool(axes.get_images()) for axes in figure.axes] == [True, True, True, False]


def test_a_graph_without_attention_is_refused(graph: FaceGraph, face_image: np.ndarray):
    del graph.attention
    with pytest.raises(ValueError, match="has no attention"):
        draw_regions(graph, face_image)

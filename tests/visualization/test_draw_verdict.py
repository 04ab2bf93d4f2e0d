from __future__ import annotations

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.visualization.draw_verdict import draw_verdict


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text"))]


def widest_edge(figure: Figure) -> float:
    found = figure.findobj(lambda a: str(a.get_gid()).startswith("edge-2-0"))
    return found[0].get_linewidth()


def table(figure: Figure) -> np.ndarray:
    (image,) = figure.findobj(lambda a: a.get_gid() == "relations")
    return np.asarray(image.get_array())


def test_a_sheet_shows_the_mean_over_all_snippets(
    sequence: FaceGraphSequence, face_image: np.ndarray
):
    figure = draw_verdict(
        sequence, [face_image] * 3, "clip.mp4: 73 %", probabilities=[0.2, 0.5, 0.73]
    )
    np.testing.assert_allclose(table(figure), sequence.edge_weight.mean(1).view(3, 3), rtol=1e-6)
    shown = texts(figure)
    assert "clip.mp4: 73 %" in shown
    assert {"snippet 0", "snippet 2", "20 %", "73 %"} <= set(shown)
    regions = figure.findobj(lambda a: str(a.get_gid()).startswith("region-"))
    assert len(regions) == 3


def test_a_sheet_shows_the_one_snippet_asked_for(
    sequence: FaceGraphSequence, face_image: np.ndarray
):
    images = [np.full_like(face_image, value) for value in (10, 100, 250)]
    figure = draw_verdict(sequence, images, snippet=2)
    np.testing.assert_allclose(table(figure), sequence[2].adjacency(), rtol=1e-6)
    (face,) = figure.findobj(lambda a: a.get_gid() == "face")
    assert np.asarray(face.get_array()).min() > 0.95


def test_a_still_image_has_no_strip(graph: FaceGraph, face_image: np.ndarray):
    figure = draw_verdict(graph, [face_image])
    assert not figure.findobj(lambda a: str(a.get_gid()).startswith("snippet-"))
    assert "from region" in texts(figure)


def test_a_graph_without_attention_has_no_gallery(graph: FaceGraph, face_image: np.ndarray):
    del graph.attention
    figure = draw_verdict(graph, [face_image])
    assert not figure.findobj(lambda a: str(a.get_gid()).startswith("region-"))


def test_a_model_without_relations_has_no_table(graph: FaceGraph, face_image: np.ndarray):
    graph.edge_weight.zero_()
    figure = draw_verdict(graph, [face_image])
    assert not figure.findobj(lambda a: a.get_gid() == "relations")
    assert len(figure.findobj(lambda a: str(a.get_gid()).startswith("region-"))) == 3


def test_many_patches_fit(face_image: np.ndarray):
    side = (torch.arange(14) + 0.5) / 14
    pos = torch.cartesian_prod(side, side).flip(1)
    graph = FaceGraph.from_dense(torch.zeros(196, 1), torch.randn(196, 196), pos=pos, kind="token")
    figure = draw_verdict(graph, [face_image])
    assert len(figure.findobj(lambda a: str(a.get_gid()).startswith("node-"))) == 196
    assert not figure.findobj(lambda a: str(a.get_gid()).startswith("leader-"))


def test_what_does_not_fit_together_is_refused(
    sequence: FaceGraphSequence, graph: FaceGraph, face_image: np.ndarray
):
    with pytest.raises(ValueError, match=r"'images' must hold 3 faces, one a snapshot \(got 1\)"):
        draw_verdict(sequence, [face_image])
    with pytest.raises(ValueError, match=r"'snippet' must be from 0 to 2 \(got 3\)"):
        draw_verdict(sequence, [face_image] * 3, snippet=3)
    with pytest.raises(ValueError, match=r"'snippet' must be from 0 to 0 \(got 1\)"):
        draw_verdict(graph, [face_image], snippet=1)

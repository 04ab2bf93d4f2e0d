from __future__ import annotations

import numpy as np
import pytest

from graphforensics.visualization.draw_over_time import draw_over_time


@pytest.fixture
def images() -> list[np.ndarray]:
    return [np.full((8, 8, 3), value, dtype=np.uint8) for value in (0, 100, 200)]


def test_faces_times_and_verdicts_stand_in_order(images: list[np.ndarray]):
    figure = draw_over_time(images, times=[0.0, 1.25, 2.5], probabilities=[0.1, 0.5, 0.9])
    faces, chart = figure.axes[:3], figure.axes[3]
    for axes, image in zip(faces, images, strict=True):
        np.testing.assert_array_equal(axes.get_images()[0].get_array(), image)
    assert [axes.get_title() for axes in faces] == [
        "snippet 0, 0.0 s",
        "snippet 1, 1.2 s",
        "snippet 2, 2.5 s",
    ]
    (verdicts,) = (line for line in chart.lines if line.get_gid() == "verdicts")
    np.testing.assert_array_equal(verdicts.get_xydata(), [[0, 0.1], [1, 0.5], [2, 0.9]])
    assert [text.get_text() for text in chart.texts] == ["10 %", "50 %", "90 %"]


def test_centres_are_dots_on_each_face(images: list[np.ndarray]):
    pos = np.random.default_rng(0).uniform(size=(5, 3, 2))
    figure = draw_over_time(images, pos=pos)
    assert len(figure.axes) == 3  # no chart without verdicts
    for step, axes in enumerate(figure.axes):
        np.testing.assert_array_equal(axes.lines[0].get_xydata(), pos[:, step])


def test_the_snippet_shown_is_framed(images: list[np.ndarray]):
    figure = draw_over_time(images, shown=1)
    widths = [axes.spines["left"].get_linewidth() for axes in figure.axes]
    assert widths[1] > widths[0] == widths[2]


def test_counts_must_agree(images: list[np.ndarray]):
    with pytest.raises(ValueError, match=r"'times' must hold 3 snippets \(got 1\)"):
        draw_over_time(images, times=[0.0])
    with pytest.raises(ValueError, match=r"'probabilities' must hold 3 snippets \(got 2\)"):
        draw_over_time(images, probabilities=[0.0, 1.0])
    with pytest.raises(ValueError, match=r"'pos' must hold 3 snippets \(got 4\)"):
        draw_over_time(images, pos=np.zeros((2, 4, 2)))
    with pytest.raises(ValueError, match="'images' is empty"):
        draw_over_time([])

from __future__ import annotations

import numpy as np
import pytest

from graphforensics.visualization.region_outline import region_outline


def area(line: np.ndarray) -> float:
    x, y = line.T
    return abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2


@pytest.mark.parametrize("centre", [(0.5, 0.5), (0.3, 0.6)])
def test_a_round_peak_has_a_round_line_where_it_falls_to_the_level(centre: tuple[float, float]):
    width = 0.15
    grid = (np.arange(28) + 0.5) / 28
    x, y = np.meshgrid(grid, grid)
    peak = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * width**2))
    (line,) = region_outline(peak, 0.5)
    radius = np.linalg.norm(line - centre, axis=1)
    np.testing.assert_allclose(radius, width * np.sqrt(2 * np.log(2)), rtol=0.05)


def test_a_higher_level_draws_a_smaller_line_inside():
    attention = np.pad(np.ones((2, 2)), 3)
    (low,), (high,) = region_outline(attention, 0.4), region_outline(attention, 0.8)
    assert area(high) < area(low)


def test_lines_are_closed_and_stay_in_the_crop_even_at_its_corner():
    attention = np.zeros((7, 7))
    attention[0, 0] = 1
    (line,) = region_outline(attention)
    np.testing.assert_allclose(line[0], line[-1])
    assert line.min() >= 0
    assert line.max() < 0.3


def test_two_peaks_have_two_lines():
    attention = np.zeros((7, 7))
    attention[3, 0] = attention[3, 6] = 1
    assert len(region_outline(attention)) == 2


@pytest.mark.parametrize("attention", [np.zeros((7, 7)), np.ones((7, 7)), np.ones((1, 1))])
def test_no_line_where_there_is_nothing_to_outline(attention: np.ndarray):
    assert region_outline(attention) == []


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0])
def test_levels_outside_are_refused(level: float):
    with pytest.raises(ValueError, match="'level' must be between 0 and 1"):
        region_outline(np.eye(3), level)

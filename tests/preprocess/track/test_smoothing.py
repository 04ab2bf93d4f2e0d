"""Smoothing against NumPy's weighted polynomial fit."""

from __future__ import annotations

import numpy as np
import pytest

from graphforensics.preprocess.track.smoothing import smooth_at


@pytest.mark.parametrize("place", [0, 1, 10, 19])
@pytest.mark.parametrize("window", [0.2, 0.5, 3.0])
def test_against_polyfit(place: int, window: float) -> None:
    rng = np.random.default_rng(place)
    times = np.cumsum(rng.uniform(0.01, 0.08, 20))
    values = rng.normal(size=(20, 3))
    distance = np.abs(times - times[place]) / (window / 2)
    weights = np.where(distance < 1, (1 - distance**3) ** 3, 0)
    inside = weights > 0
    found = smooth_at(times, values, times[place], window)
    if inside.sum() < 2:
        np.testing.assert_allclose(found, values[place])
        return
    # polyfit squares its weights.
    line = np.polyfit(times[inside], values[inside], 1, w=np.sqrt(weights[inside]))
    wanted = line[0] * times[place] + line[1]
    np.testing.assert_allclose(found, wanted, atol=1e-8)


def test_straight_motion_is_kept_up_to_the_ends() -> None:
    times = np.array([0.0, 0.04, 0.09, 0.12, 0.2, 0.24])
    values = np.stack([3 + 50 * times, -7 * times], axis=1)
    for time, value in zip(times, values, strict=True):
        np.testing.assert_allclose(smooth_at(times, values, time, 0.3), value, atol=1e-9)


def test_no_window_and_lone_sightings() -> None:
    values = np.array([[1.0, 2.0], [9.0, 9.0]])
    np.testing.assert_array_equal(smooth_at([0, 1], values, 1, 0), [9, 9])
    np.testing.assert_array_equal(smooth_at([5], values[:1], 5, 1), [1, 2])
    np.testing.assert_array_equal(smooth_at([0, 1], values, 0, 0.5), [1, 2])

from __future__ import annotations

import numpy as np
import pytest

from graphforensics.metrics import LEAST_VIDEOS, default_band, inconclusive_band


@pytest.mark.parametrize("threshold", [0.02, 0.3, 0.5, 0.8])
def test_the_default_band_is_twice_and_half_the_odds(threshold: float) -> None:
    low, high = default_band(threshold)
    odds = threshold / (1 - threshold)
    assert low == pytest.approx(odds / 2 / (1 + odds / 2))
    assert high == pytest.approx(2 * odds / (1 + 2 * odds))


@pytest.mark.parametrize("threshold", [-0.1, 0.0, 1.0, 1.1])
def test_the_band_lies_around_any_threshold(threshold: float) -> None:
    low, high = default_band(threshold)
    assert low <= threshold <= high


def test_at_most_one_of_twenty_is_called_wrong() -> None:
    assert LEAST_VIDEOS == 20
    reals, fakes = np.arange(20) / 20, np.arange(20) / 20 + 0.1
    labels, scores = [0] * 20 + [1] * 20, [*reals, *fakes]
    low, high = inconclusive_band(labels, scores, 0.5)
    # All but one real lie below the upper end, all but one fake from the lower end on.
    assert (reals >= high).sum() == 1
    assert (fakes < low).sum() == 1
    assert 0.9 < high < 0.95
    assert low == pytest.approx(0.15)


def test_data_that_are_told_apart_leave_the_default_band() -> None:
    labels, scores = [0] * 20 + [1] * 20, [0.01] * 20 + [0.99] * 20
    assert inconclusive_band(labels, scores, 0.5) == default_band(0.5)


def test_a_detector_that_knows_nothing_is_inconclusive_almost_everywhere() -> None:
    rng = np.random.default_rng(0)
    labels, scores = rng.integers(0, 2, 400), rng.uniform(size=400)
    low, high = inconclusive_band(labels, scores, 0.5)
    assert low < 0.1
    assert high > 0.9


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="both kinds"):
        inconclusive_band([1, 1], [0.1, 0.2], 0.5)
    with pytest.raises(ValueError, match="'error' must be in"):
        inconclusive_band([0, 1], [0.1, 0.2], 0.5, error=1.0)
    with pytest.raises(ValueError, match="finite"):
        inconclusive_band([0, 1], [0.1, float("nan")], 0.5)

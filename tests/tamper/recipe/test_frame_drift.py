import numpy as np
import pytest

from graphforensics.tamper.recipe.frame_drift import FrameDrift


def test_spread_is_one_and_neighbours_are_alike() -> None:
    courses = np.concatenate(
        [
            [FrameDrift(np.random.default_rng(seed), 4).at(number) for number in range(3000)]
            for seed in range(8)
        ],
        axis=1,
    )
    assert courses.std() == pytest.approx(1, abs=0.03)
    step = np.diff(courses, axis=0).std()
    assert 0.02 < step < 0.25


def test_rate_counts_in_seconds() -> None:
    slow, fast = (FrameDrift(np.random.default_rng(1), 3, rate) for rate in (25, 50))
    for number in (0, 7, 40):
        np.testing.assert_allclose(slow.at(number), fast.at(2 * number))


def test_wrong_rate() -> None:
    with pytest.raises(ValueError, match="'rate' must be positive"):
        FrameDrift(np.random.default_rng(0), 1, 0)

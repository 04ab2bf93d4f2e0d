import numpy as np
import pytest

from graphforensics.tamper.recipe.colour_drift import ColourDrift


def test_standard_deviations_and_what_colours_share() -> None:
    rows = np.array([ColourDrift([seed], 25.0).at(3) for seed in range(4000)])
    # Half of each colour's own, and all of the common part.
    wanted = np.sqrt((0.6**2 + 0.27**2) * (1 + 1 / 4))
    np.testing.assert_allclose(rows.std(axis=0), wanted, rtol=0.05)
    assert np.corrcoef(rows.T)[0, 1] == pytest.approx(1 / (1 + 1 / 4), abs=0.03)
    assert np.abs(rows.mean(axis=0)).max() < 0.05


def test_from_frame_to_frame_it_is_far_calmer_than_over_seconds() -> None:
    drift = ColourDrift([5], 25.0)
    course = np.array([drift.at(number) for number in range(500)])
    steps = np.diff(course, axis=0).std()
    assert steps < 0.8 * course.std()
    # A frame is known by itself.
    np.testing.assert_array_equal(drift.at(77), ColourDrift([5], 25.0).at(77))
    np.testing.assert_allclose(ColourDrift([5], 25.0, 2.0).at(7), 2 * drift.at(7))


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="'rate' must be positive"):
        ColourDrift([1], 0)
    with pytest.raises(ValueError, match="'strength' must not be negative"):
        ColourDrift([1], 25.0, -1.0)

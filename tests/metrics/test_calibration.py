import math

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from graphforensics.metrics import brier_score, calibration_error


def by_definition(labels: list[int], values: list[float], bins: int) -> float:
    """Fill the bins one sample at a time."""
    held: dict[int, list[tuple[int, float]]] = {}
    for label, value in zip(labels, values, strict=True):
        number = next(b for b in range(bins) if value < (b + 1) / bins or b == bins - 1)
        held.setdefault(number, []).append((label, value))
    total = 0.0
    for members in held.values():
        share = sum(label for label, _ in members) / len(members)
        mean = sum(value for _, value in members) / len(members)
        total += len(members) / len(labels) * abs(share - mean)
    return total


@pytest.fixture(params=range(4))
def sample(request: pytest.FixtureRequest) -> tuple[list[int], list[float]]:
    rng = np.random.default_rng(request.param)
    values = np.round(rng.uniform(0, 1, 200), 2)
    labels = rng.uniform(0, 1, 200) < values**2
    return labels.astype(int).tolist(), values.tolist()


@pytest.mark.parametrize("bins", [1, 4, 10, 15])
def test_error_against_the_definition(sample: tuple[list[int], list[float]], bins: int) -> None:
    wanted = by_definition(*sample, bins)
    assert calibration_error(*sample, bins=bins) == pytest.approx(wanted, abs=1e-12)


def test_equal_counts_against_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    values = rng.uniform(0, 1, 150)
    labels = rng.integers(0, 2, 150)
    share, mean = calibration_curve(labels, values, n_bins=10, strategy="quantile")
    wanted = np.abs(share - mean).mean()
    assert calibration_error(labels, values, 10, "count") == pytest.approx(wanted, abs=1e-12)


def test_equal_widths_against_scikit_learn(sample: tuple[list[int], list[float]]) -> None:
    # One bin in scikit-learn is open on the other side: keep off its edges.
    labels, values = sample[0], np.clip(np.array(sample[1]) + 0.003, 0, 1)
    share, mean = calibration_curve(labels, values, n_bins=8)
    counts = np.histogram(values, bins=8, range=(0, 1))[0]
    wanted = (counts[counts > 0] * np.abs(share - mean)).sum() / len(values)
    assert calibration_error(labels, values, 8) == pytest.approx(wanted, abs=1e-12)


def test_brier_agrees_with_scikit_learn(sample: tuple[list[int], list[float]]) -> None:
    assert brier_score(*sample) == pytest.approx(brier_score_loss(*sample), abs=1e-15)


def test_certainty_that_is_right_costs_nothing() -> None:
    assert calibration_error([0, 1, 1], [0.0, 1.0, 1.0]) == 0.0
    assert brier_score([0, 1, 1], [0.0, 1.0, 1.0]) == 0.0
    # Half of the samples called 0.5 are fake.
    assert calibration_error([0, 1], [0.5, 0.5]) == 0.0


def test_one_class_is_defined_and_no_sample_is_not() -> None:
    assert brier_score([1, 1], [0.9, 0.7]) == pytest.approx(0.05)
    assert calibration_error([1, 1], [0.9, 0.7], bins=1) == pytest.approx(0.2)
    assert math.isnan(brier_score([], []))
    assert math.isnan(calibration_error([], []))


def test_wrong_input() -> None:
    with pytest.raises(ValueError, match=r"'probabilities' must be in .0, 1. .got 1.2"):
        brier_score([0, 1], [0.1, 1.2])
    with pytest.raises(ValueError, match="'bins' must be positive"):
        calibration_error([0, 1], [0.1, 0.2], bins=0)
    with pytest.raises(ValueError, match="got 15 and 'depth'"):
        calibration_error([0, 1], [0.1, 0.2], binning="depth")  # type: ignore[arg-type]

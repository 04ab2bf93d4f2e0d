import math

import numpy as np
import pytest

from graphforensics.metrics import equal_error_rate


def by_walking(labels: list[int], scores: list[float]) -> float:
    """Walk along the ROC curve from (0, 0) and cut it with the line FPR = 1 - TPR."""
    y, s = np.array(labels), np.array(scores)
    x0 = y0 = 0.0
    for threshold in sorted(set(scores), reverse=True):
        called = s >= threshold
        x1, y1 = called[y == 0].mean(), called[y == 1].mean()
        if x1 >= 1 - y1:
            # (x0 + t dx) = 1 - (y0 + t dy)
            t = (1 - y0 - x0) / ((x1 - x0) + (y1 - y0))
            return float(x0 + t * (x1 - x0))
        x0, y0 = x1, y1
    raise AssertionError("the curve ends at (1, 1)")


@pytest.mark.parametrize(
    ("labels", "scores", "wanted"),
    [
        ([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], 0.0),
        ([0, 0, 1, 1], [0.4, 0.3, 0.2, 0.1], 1.0),
        ([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5], 0.5),
        # Between the thresholds 0.8 and 0.35 the curve runs flat through (0.5, 0.5).
        ([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.5),
        # 3 reals: the curve climbs at x = 1/3 from y = 1/2 to y = 1 and meets the line at 2/3.
        ([0, 0, 0, 1, 1], [0.1, 0.2, 0.9, 0.8, 0.95], 1 / 3),
        # One tie of a real and a fake: from (0, 1/2) straight to (1/2, 1); cut at (1/4, 3/4).
        ([0, 0, 1, 1], [0.1, 0.5, 0.5, 0.9], 0.25),
        # From (0, 0) to (1/3, 1) in one tie: 1 - 3x = x.
        ([0, 0, 0, 1], [0.1, 0.2, 0.5, 0.5], 0.25),
    ],
)
def test_hand_worked(labels: list[int], scores: list[float], wanted: float) -> None:
    assert equal_error_rate(labels, scores) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_against_a_walk_along_the_curve(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = [0, 1, *rng.integers(0, 2, 30).tolist()]
    scores = (rng.integers(0, 12, 32) / 4 - 1).tolist()
    wanted = by_walking(labels, scores)
    assert equal_error_rate(labels, scores) == pytest.approx(wanted, abs=1e-12)


def test_swapping_the_classes_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    labels, scores = rng.integers(0, 2, 50), rng.normal(size=50)
    there = equal_error_rate(labels, scores)
    assert equal_error_rate(1 - labels, -scores) == pytest.approx(there, abs=1e-12)


@pytest.mark.parametrize("labels", [[], [0], [1, 1]])
def test_one_class_is_undefined(labels: list[int]) -> None:
    assert math.isnan(equal_error_rate(labels, [0.5] * len(labels)))


def test_wrong_input() -> None:
    with pytest.raises(ValueError, match="'scores' must be finite"):
        equal_error_rate([0, 1], [math.nan, 0.1])

import math

import numpy as np
import pytest

from graphforensics.metrics import accuracy, balanced_accuracy, best_threshold


def test_accuracy_by_hand() -> None:
    assert accuracy([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.8]) == 0.5
    assert accuracy([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.8], threshold=0.3) == 0.75


def test_a_score_on_the_threshold_means_fake() -> None:
    assert accuracy([1], [0.5]) == 1.0
    assert accuracy([0], [0.5]) == 0.0


def test_balanced_accuracy_by_hand() -> None:
    # Reals 3 of 4 right, fakes 1 of 1.
    assert balanced_accuracy([0, 0, 0, 0, 1], [0.1, 0.2, 0.3, 0.6, 0.7]) == 0.875


def test_undefined() -> None:
    assert math.isnan(accuracy([], []))
    assert math.isnan(balanced_accuracy([1, 1], [0.1, 0.9]))
    assert math.isnan(best_threshold([0, 0], [0.1, 0.9]))


def test_best_threshold_lies_in_the_middle_of_the_gap() -> None:
    assert best_threshold([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.8]) == pytest.approx(0.4)


def test_best_threshold_takes_the_widest_of_equal_gaps() -> None:
    # One error is left in either gap: 1 | 0 between 0.2 and 0.3, or between 0.4 and 0.9.
    scores = [0.1, 0.2, 0.3, 0.4, 0.9]
    assert best_threshold([0, 0, 1, 0, 1], scores) == pytest.approx(0.65)


def test_one_answer_for_all_may_be_best() -> None:
    labels, scores = [1, 1, 1, 0], [0.1, 0.2, 0.3, 0.9]
    assert accuracy(labels, scores, best_threshold(labels, scores)) == 0.75
    assert accuracy([0, 0, 0, 1], scores[::-1], best_threshold([0, 0, 0, 1], scores[::-1])) == 0.75


def test_the_goal_matters_when_one_class_is_rare() -> None:
    labels, scores = [1, 0, 1, 1, 1, 1], [0.1, 0.2, 0.15, 0.3, 0.4, 0.5]
    assert best_threshold(labels, scores) <= 0.1
    assert best_threshold(labels, scores, "balanced_accuracy") == pytest.approx(0.25)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("goal", "figure"), [("accuracy", accuracy), ("balanced_accuracy", balanced_accuracy)]
)
def test_no_other_threshold_is_better(seed: int, goal, figure) -> None:
    rng = np.random.default_rng(seed)
    labels = np.concatenate([[0, 1], rng.integers(0, 2, 28)])
    scores = rng.integers(0, 10, 30) + 2 * labels
    tried = [figure(labels, scores, t) for t in np.arange(-0.5, 13)]
    mine = figure(labels, scores, best_threshold(labels, scores, goal))
    assert mine == pytest.approx(max(tried), abs=1e-12)


def test_neighbouring_floats_are_told_apart() -> None:
    low = 0.1
    high = float(np.nextafter(low, 1))
    assert accuracy([0, 1], [low, high], best_threshold([0, 1], [low, high])) == 1.0


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="'goal' must be"):
        best_threshold([0, 1], [0.1, 0.2], "auc")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="'scores' must be finite"):
        accuracy([0, 1], [0.1, math.nan])

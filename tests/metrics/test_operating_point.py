import math

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from graphforensics.metrics import tpr_at_fpr


def by_definition(labels: list[int], scores: list[float], fpr: float) -> float:
    """Try every threshold and count."""
    best = 0.0
    for threshold in [*scores, math.inf]:
        alarms = sum(s >= threshold for y, s in zip(labels, scores, strict=True) if y == 0)
        found = sum(s >= threshold for y, s in zip(labels, scores, strict=True) if y == 1)
        if alarms / labels.count(0) <= fpr:
            best = max(best, found / labels.count(1))
    return best


@pytest.mark.parametrize("fpr", [0.0, 0.01, 0.05, 0.3, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_against_the_definition_with_ties(seed: int, fpr: float) -> None:
    rng = np.random.default_rng(seed)
    labels = [0, 1, *rng.integers(0, 2, 150).tolist()]
    scores = (np.round(rng.normal(labels, 1.0), 1)).tolist()
    assert tpr_at_fpr(labels, scores, fpr) == pytest.approx(by_definition(labels, scores, fpr))
    alarms, found, _ = roc_curve(labels, scores)
    assert tpr_at_fpr(labels, scores, fpr) >= found[alarms <= fpr].max() - 1e-12


def test_few_reals_mean_no_false_alarm() -> None:
    assert tpr_at_fpr([0, 0, 1, 1, 1], [0.1, 0.8, 0.7, 0.9, 0.95], 0.05) == pytest.approx(2 / 3)


@pytest.mark.parametrize("labels", [[], [0, 0], [1, 1]])
def test_one_class_is_undefined(labels: list[int]) -> None:
    assert math.isnan(tpr_at_fpr(labels, [0.5] * len(labels)))


def test_wrong_rate() -> None:
    with pytest.raises(ValueError, match=r"'fpr' must be in .0, 1. .got 5"):
        tpr_at_fpr([0, 1], [0, 1], 5)

import json
import math

import numpy as np
import pytest
from scipy.stats import norm

from graphforensics.metrics import auc, bootstrap_difference, delong_test


def brute_force(labels: np.ndarray, scores: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """AUCs and their covariance from all pairs, as the paper of 1988 writes them."""
    areas, of_fakes, of_reals = [], [], []
    for values in scores:
        fakes, reals = values[labels == 1][:, None], values[labels == 0][None, :]
        wins = (fakes > reals) + 0.5 * (fakes == reals)
        areas.append(wins.mean())
        of_fakes.append(wins.mean(axis=1))
        of_reals.append(wins.mean(axis=0))
    m, n = int(labels.sum()), int((1 - labels).sum())
    return np.array(areas), np.cov(of_fakes) / m + np.cov(of_reals) / n


def correlated(seed: int, count: int = 120, ties: bool = False) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    labels = (np.arange(count) % 3 == 0).astype(int)
    shared = rng.normal(size=count)
    one = 1.2 * labels + shared + rng.normal(size=count)
    other = 0.8 * labels + shared + rng.normal(size=count)
    return (labels, np.round(one), np.round(other)) if ties else (labels, one, other)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_against_all_pairs(seed: int, ties: bool) -> None:
    labels, one, other = correlated(seed, ties=ties)
    areas, covariance = brute_force(labels, [one, other])
    contrast = np.array([1.0, -1.0])
    error = math.sqrt(contrast @ covariance @ contrast)
    z = (areas[0] - areas[1]) / error
    test = delong_test(labels, one, other)
    assert (test.first, test.second) == pytest.approx(areas.tolist(), abs=1e-12)
    assert (test.first, test.second) == pytest.approx((auc(labels, one), auc(labels, other)))
    assert test.error == pytest.approx(error, rel=1e-9)
    assert test.z == pytest.approx(z, rel=1e-9)
    assert test.p == pytest.approx(2 * norm.cdf(-abs(z)), rel=1e-9)
    assert test.samples == 120


@pytest.mark.parametrize("seed", range(3))
def test_p_is_about_the_bootstrap_s(seed: int) -> None:
    labels, one, other = correlated(seed, count=180)
    test = delong_test(labels, one, other)
    rng = np.random.default_rng(seed)
    fakes, reals = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    drawn = []
    for _ in range(1500):
        rows = np.concatenate([rng.choice(fakes, len(fakes)), rng.choice(reals, len(reals))])
        areas, _ = brute_force(labels[rows], [one[rows], other[rows]])
        drawn.append(areas[0] - areas[1])
    spread = float(np.std(drawn, ddof=1))
    assert test.error == pytest.approx(spread, rel=0.1)
    assert test.p == pytest.approx(2 * norm.sf(abs(test.difference) / spread), abs=0.05)


def test_equal_detectors_are_told_apart_as_often_as_chance_does() -> None:
    small = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        labels = np.arange(80) % 2
        shared = labels + rng.normal(size=80)
        pair = [shared + rng.normal(size=80) for _ in range(2)]
        small.append(delong_test(labels, *pair).p < 0.05)
    assert 0.02 < np.mean(small) < 0.09


def test_swapping_turns_the_sign() -> None:
    labels, one, other = correlated(1)
    forth, back = delong_test(labels, one, other), delong_test(labels, other, one)
    assert forth.difference == -back.difference
    assert (forth.z, forth.p) == pytest.approx((-back.z, back.p))


def test_what_is_undefined_stays_so() -> None:
    labels, one, _ = correlated(2)
    same = delong_test(labels, one, 2 * one + 1)
    assert (same.difference, same.error) == (0.0, 0.0)
    assert math.isnan(same.p)
    assert json.loads(json.dumps(same.to_dict(), allow_nan=False))["p"] is None
    nothing = delong_test([1, 1], [0.1, 0.2], [0.3, 0.1])
    assert math.isnan(nothing.first)
    single = delong_test([0, 0, 1], [0.1, 0.4, 0.3], [0.2, 0.1, 0.3])
    assert (single.first, single.second) == (0.5, 1.0)
    assert math.isnan(single.p)


def test_the_interval_of_a_difference_draws_the_same_people_for_both() -> None:
    labels, one, other = correlated(3)
    groups = np.arange(120) // 6
    found = bootstrap_difference(auc, labels, one, other, groups, n=200, seed=4)
    assert found.estimate == pytest.approx(auc(labels, one) - auc(labels, other))
    assert found.groups == 20
    assert found.low < found.estimate < found.high
    same = bootstrap_difference(auc, labels, one, one, groups, n=50)
    assert (same.low, same.high) == (0.0, 0.0)


def test_wrong_input() -> None:
    with pytest.raises(ValueError, match="'labels' has 2 entries, 'scores' has 1"):
        delong_test([0, 1], [0.1, 0.2], [0.1])

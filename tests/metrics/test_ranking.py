import math

import numpy as np
import pytest
import torch

from graphforensics.metrics import auc, average_precision
from graphforensics.metrics.ranking import rank_auc


def mann_whitney(labels: list[int], scores: list[float]) -> float:
    """Count over all pairs of a fake and a real how often the fake scores higher."""
    fakes = [s for y, s in zip(labels, scores, strict=True) if y == 1]
    reals = [s for y, s in zip(labels, scores, strict=True) if y == 0]
    wins = sum((f > r) + 0.5 * (f == r) for f in fakes for r in reals)
    return wins / (len(fakes) * len(reals))


def step_sum(labels: list[int], scores: list[float]) -> float:
    """Sum precision times gain in recall over the thresholds, from the definition."""
    total, before = 0.0, 0.0
    for threshold in sorted(set(scores), reverse=True):
        called = [y for y, s in zip(labels, scores, strict=True) if s >= threshold]
        recall = sum(called) / sum(labels)
        total += (recall - before) * sum(called) / len(called)
        before = recall
    return total


@pytest.mark.parametrize(
    ("labels", "scores", "wanted"),
    [
        ([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], 1.0),
        ([0, 0, 1, 1], [0.4, 0.3, 0.2, 0.1], 0.0),
        ([0, 0, 1, 1], [0.5, 0.5, 0.5, 0.5], 0.5),
        # Of the four pairs the fake wins three.
        ([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.75),
        # One win, one tie of two pairs.
        ([0, 0, 1], [0.2, 0.6, 0.6], 0.75),
    ],
)
def test_auc_literals(labels: list[int], scores: list[float], wanted: float) -> None:
    assert auc(labels, scores) == pytest.approx(wanted, abs=1e-15)


@pytest.mark.parametrize(
    ("labels", "scores", "wanted"),
    [
        ([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], 1.0),
        # 0.8 -> precision 1, recall 1/2; 0.35 -> precision 2/3, recall 1.
        ([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.5 * 1 + 0.5 * 2 / 3),
        # All alike: precision is the share of fakes.
        ([0, 0, 0, 1], [0.5, 0.5, 0.5, 0.5], 0.25),
    ],
)
def test_average_precision_literals(labels: list[int], scores: list[float], wanted: float) -> None:
    assert average_precision(labels, scores) == pytest.approx(wanted, abs=1e-15)


@pytest.mark.parametrize("seed", range(5))
def test_against_the_definitions_with_ties(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = [0, 1, *rng.integers(0, 2, 40).tolist()]
    scores = (rng.integers(0, 9, 42) / 8).tolist()
    assert auc(labels, scores) == pytest.approx(mann_whitney(labels, scores), abs=1e-12)
    wanted = step_sum(labels, scores)
    assert average_precision(labels, scores) == pytest.approx(wanted, abs=1e-12)


def test_saturated_logits_keep_their_order() -> None:
    # A sigmoid in float32 makes all of these 1.0.
    assert auc([0, 1, 0, 1], [100.0, 101.0, 100.5, 102.0]) == 1.0


def test_takes_tensors_booleans_and_float32() -> None:
    labels = torch.tensor([False, True, True])
    assert auc(labels, torch.tensor([0.1, 0.2, 0.05])) == 0.5
    assert average_precision(np.array([0.0, 1.0]), np.float32([0.1, 0.2])) == 1.0


@pytest.mark.parametrize("metric", [auc, average_precision])
@pytest.mark.parametrize("labels", [[], [0, 0], [1, 1]])
def test_one_class_is_undefined(metric, labels: list[int]) -> None:
    assert math.isnan(metric(labels, [0.5] * len(labels)))


@pytest.mark.parametrize("metric", [auc, average_precision])
@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([0, 1], [0.1], "'labels' has 2 entries, 'scores' has 1"),
        ([[0], [1]], [0.1, 0.2], "'labels' must have one axis"),
        ([0, 1], [[0.1, 0.2]], "'scores' must have one axis"),
        ([0, 2], [0.1, 0.2], r"must be 0 \(real\) or 1 \(fake\) \(got 2\)"),
        ([0, math.nan], [0.1, 0.2], "got nan"),
        ([0, 1], [0.1, math.nan], "'scores' must be finite .got nan at position 1"),
        ([0, 1], [math.inf, 0.1], "got inf at position 0"),
    ],
)
def test_wrong_input(metric, labels, scores, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        metric(labels, scores)


@pytest.mark.parametrize("seed", range(5))
def test_ranks_give_the_same_area(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = np.array([0, 1, *rng.integers(0, 2, 60)])
    for scores in (rng.normal(size=62), rng.integers(0, 7, 62) / 4):
        assert rank_auc(labels, scores) == pytest.approx(auc(labels, scores), abs=1e-14)
    assert math.isnan(rank_auc(labels[:1], np.zeros(1)))

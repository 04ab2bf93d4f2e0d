import json
import math

import numpy as np
import pytest

from graphforensics.metrics import accuracy, auc, bootstrap_interval


def sample(people: int, seed: int, spread: float = 1.0) -> tuple[list[int], list[float], list[str]]:
    """Four real and four fake scores a person that share the person's own offset."""
    rng = np.random.default_rng(seed)
    labels, scores, groups = [], [], []
    for person in range(people):
        shift = rng.normal(0, spread)
        for label in [0, 1] * 4:
            labels.append(label)
            scores.append(label + shift * (2 * label - 1) + rng.normal(0, 0.5))
            groups.append(f"person {person}")
    return labels, scores, groups


def test_agrees_with_the_normal_interval_of_a_mean() -> None:
    # Accuracy of independent samples is a binomial share: its standard error is known.
    labels = np.array([1] * 400)
    scores = np.array([0.9] * 300 + [0.1] * 100)
    interval = bootstrap_interval(accuracy, labels, scores, n=2000)
    half = 1.96 * math.sqrt(0.75 * 0.25 / 400)
    assert interval.estimate == 0.75
    assert interval.low == pytest.approx(0.75 - half, abs=0.006)
    assert interval.high == pytest.approx(0.75 + half, abs=0.006)


def test_copies_of_a_person_do_not_narrow_the_interval() -> None:
    labels, scores, groups = sample(12, seed=0)
    once = bootstrap_interval(auc, labels, scores, groups, n=300)
    thrice = bootstrap_interval(auc, labels * 3, scores * 3, groups * 3, n=300)
    blind = bootstrap_interval(auc, labels * 3, scores * 3, n=300)
    assert (thrice.low, thrice.high) == pytest.approx((once.low, once.high), abs=1e-12)
    assert blind.high - blind.low < 0.7 * (once.high - once.low)


def test_same_seed_same_interval() -> None:
    labels, scores, groups = sample(6, seed=1)
    first = bootstrap_interval(auc, labels, scores, groups, n=50, seed=3)
    assert first == bootstrap_interval(auc, labels, scores, groups, n=50, seed=3)
    assert first != bootstrap_interval(auc, labels, scores, groups, n=50, seed=4)
    assert first.low <= first.estimate <= first.high


def test_a_wider_level_gives_a_wider_interval() -> None:
    labels, scores, groups = sample(8, seed=2)
    wide = bootstrap_interval(auc, labels, scores, groups, n=200, level=0.99)
    narrow = bootstrap_interval(auc, labels, scores, groups, n=200, level=0.5)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_strata_keep_both_classes_in_every_resample() -> None:
    labels, scores = [0, 0, 0, 1], [0.1, 0.2, 0.3, 0.25]
    plain = bootstrap_interval(auc, labels, scores, n=400, stratified=False)
    strict = bootstrap_interval(auc, labels, scores, n=400)
    # Without strata the only fake is missing with probability (3/4)^4, the reals with (1/4)^4.
    share = 0.75**4 + 0.25**4
    assert plain.undefined / 400 == pytest.approx(share, abs=0.07)
    assert strict.undefined == 0


def test_resamples_of_a_mixed_sample_hold_each_kind_of_group() -> None:
    seen = set()

    def count(labels, scores) -> float:
        seen.add((len(labels), int(labels.sum())))
        return 0.0

    # Two people with reals only (one row each), two with both (two rows each).
    bootstrap_interval(count, [0, 0, 0, 1, 0, 1], [0.0] * 6, ["a", "b", "c", "c", "d", "d"], n=20)
    assert seen == {(6, 2)}


def test_one_group_says_nothing_about_others() -> None:
    interval = bootstrap_interval(auc, [0, 1], [0.1, 0.2], ["a", "a"], n=10)
    assert interval.estimate == 1.0
    assert math.isnan(interval.low)
    assert interval.undefined == 10
    assert str(interval) == "1.000 [undefined]"


def test_undefined_figure() -> None:
    interval = bootstrap_interval(auc, [1, 1], [0.1, 0.2], n=5)
    assert str(interval) == "undefined"
    assert json.loads(json.dumps(interval.to_dict(), allow_nan=False))["estimate"] is None


def test_printed() -> None:
    labels, scores, groups = sample(6, seed=1)
    interval = bootstrap_interval(auc, labels, scores, groups, n=50)
    assert str(interval) == f"{interval.estimate:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": ["a"]}, "'groups' has 1 entries, 'labels' has 2"),
        ({"n": 0}, "'n' must be positive"),
        ({"level": 1.0}, "'level' in"),
    ],
)
def test_wrong_arguments(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bootstrap_interval(auc, [0, 1], [0.1, 0.2], **options)

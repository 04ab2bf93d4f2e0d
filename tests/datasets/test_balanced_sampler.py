"""Balanced epochs: equal shares, nobody twice before everybody once, no memory but the epoch."""

from __future__ import annotations

from collections import Counter

import pytest

from graphforensics.datasets.balanced_sampler import BalancedSampler

LABELS = [0] * 3 + [1] * 11


def _epoch(epoch: int, seed: int = 0) -> list[tuple[int, int]]:
    sampler = BalancedSampler(LABELS, seed)
    sampler.set_epoch(epoch)
    return list(sampler)


def test_every_epoch_has_as_many_of_both() -> None:
    for epoch in range(5):
        drawn = _epoch(epoch)
        assert len(drawn) == len(BalancedSampler(LABELS)) == len(LABELS)
        assert Counter(LABELS[position] for _, position in drawn) == {0: 7, 1: 7}


def test_nobody_comes_up_twice_before_everybody_once() -> None:
    drawn = [entry for epoch in range(33) for entry in _epoch(epoch)]
    # No sample is the same twice: a pass and a position are drawn once.
    assert len(set(drawn)) == len(drawn)
    # 33 epochs of 7 are 77 passes over three positions and 21 over eleven, to the last one.
    assert Counter(position for _, position in drawn) == {
        position: 77 if position < 3 else 21 for position in range(14)
    }


def test_an_epoch_follows_from_its_number_and_the_seed_alone() -> None:
    assert _epoch(4) == _epoch(4)
    assert _epoch(4) != _epoch(5)
    assert _epoch(4) != _epoch(4, seed=1)


def test_classes_are_mixed() -> None:
    labels = [LABELS[position] for _, position in _epoch(0)]
    assert labels not in (sorted(labels), sorted(labels, reverse=True))


def test_one_class_cannot_be_balanced() -> None:
    with pytest.raises(ValueError, match="'labels' must be of two classes"):
        BalancedSampler([1, 1])


@pytest.mark.parametrize("batch_size", [2, 4, 5, 6])
def test_every_batch_is_balanced_too(batch_size: int) -> None:
    for epoch in range(6):
        labels = [LABELS[position] for _, position in _epoch(epoch)]
        for start in range(0, len(labels), batch_size):
            batch = labels[start : start + batch_size]
            assert abs(2 * sum(batch) - len(batch)) == len(batch) % 2


def test_batches_of_three_classes_are_balanced() -> None:
    labels = [0] * 2 + [1] * 9 + [2] * 5
    sampler = BalancedSampler(labels, seed=1)
    drawn = [labels[position] for _, position in sampler]
    assert len(drawn) == 16
    for start in range(0, 15, 3):
        assert sorted(drawn[start : start + 3]) == [0, 1, 2]

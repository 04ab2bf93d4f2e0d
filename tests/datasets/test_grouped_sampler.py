"""Batches of whole groups: every position once, as many batches in every epoch."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from graphforensics.datasets.epoch_sampler import EpochSampler
from graphforensics.datasets.grouped_sampler import GroupedSampler


def _batches(sampler: GroupedSampler, epoch: int) -> list[list[int]]:
    sampler.set_epoch(epoch)
    drawn = list(sampler)
    assert {number for number, _ in drawn} == {epoch}
    order = [position for _, position in drawn]
    starts = [0, *sampler.batch_ends]
    assert starts[-1] == len(order) == len(sampler)
    return [order[start:end] for start, end in pairwise(starts)]


@pytest.mark.parametrize("batch_size", [5, 6, 7, 16, 32, 100])
def test_no_group_is_parted(batch_size: int) -> None:
    sizes = np.random.default_rng(4).integers(1, 6, 60)
    groups = np.random.default_rng(5).permutation(np.repeat(np.arange(60) * 3, sizes))
    sampler = GroupedSampler(groups.tolist(), batch_size, seed=2)
    neighbours = set()
    for epoch in range(4):
        batches = _batches(sampler, epoch)
        assert sorted(position for batch in batches for position in batch) == list(
            range(len(groups))
        )
        assert max(map(len, batches)) <= batch_size
        # No two batches could have been one.
        assert len(batches) == 1 or sum(sorted(map(len, batches))[:2]) > batch_size
        homes = Counter(group for batch in batches for group in set(groups[batch].tolist()))
        assert set(homes.values()) == {1}
        neighbours.add(tuple(map(tuple, batches)))
    assert len(neighbours) == 4
    again = GroupedSampler(groups.tolist(), batch_size, seed=2)
    assert _batches(again, 3) == _batches(sampler, 3)


def test_a_group_larger_than_a_batch_is_cut_elsewhere_in_every_epoch() -> None:
    groups = [0] * 10 + [1] * 3 + [2]
    sampler = GroupedSampler(groups, 4, seed=1)
    beside = set()
    for epoch in range(5):
        batches = _batches(sampler, epoch)
        assert [len(batch) for batch in batches].count(4) >= 2
        assert len(batches) == 4
        home = next(batch for batch in batches if 0 in batch)
        beside.add(frozenset(position for position in home if position < 10))
        assert sum({10, 11, 12} <= set(batch) for batch in batches) == 1
    assert len(beside) > 2


def test_groups_that_fill_batches_come_in_the_ordinary_order() -> None:
    groups = [number // 2 for number in range(24)]
    grouped, plain = GroupedSampler(groups, 4, seed=3), EpochSampler(24, 3, groups)
    for epoch in range(3):
        grouped.set_epoch(epoch)
        plain.set_epoch(epoch)
        assert list(grouped) == list(plain)


def test_senseless_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="'groups' must not be empty"):
        GroupedSampler([], 4)
    with pytest.raises(ValueError, match="'batch_size' must be positive"):
        GroupedSampler([0], 0)

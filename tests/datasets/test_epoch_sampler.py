"""Every position once an epoch, in an order that seed and epoch decide."""

from __future__ import annotations

import itertools

import pytest

from graphforensics.datasets.epoch_sampler import EpochSampler


def _order(seed: int, epoch: int, length: int = 50) -> list[int]:
    sampler = EpochSampler(length, seed)
    sampler.set_epoch(epoch)
    pairs = list(sampler)
    assert {number for number, _ in pairs} == {epoch}
    return [position for _, position in pairs]


def test_every_position_once_in_a_new_order_each_epoch() -> None:
    orders = [_order(seed, epoch) for seed in range(3) for epoch in range(5)]
    assert all(sorted(order) == list(range(50)) for order in orders)
    assert len({tuple(order) for order in orders}) == 15
    assert _order(1, 2) == _order(1, 2)


def test_the_order_does_not_touch_the_global_generator() -> None:
    import torch

    before = torch.get_rng_state()
    list(EpochSampler(9))
    assert torch.equal(before, torch.get_rng_state())


def test_groups_stay_together_in_a_new_order_each_epoch() -> None:
    groups = [7, 2, 2, 7, 5, 2]
    sampler = EpochSampler(6, groups=groups)
    seen = set()
    for epoch in range(12):
        sampler.set_epoch(epoch)
        order = [position for _, position in sampler]
        assert sorted(order) == list(range(6))
        runs = [group for group, _ in itertools.groupby(groups[position] for position in order)]
        assert sorted(runs) == [2, 5, 7]
        seen.add(tuple(runs))
    assert len(seen) > 3
    with pytest.raises(ValueError, match="'groups' has 2 entries"):
        EpochSampler(6, groups=[1, 2])


def test_length() -> None:
    assert len(EpochSampler(7)) == 7
    with pytest.raises(ValueError, match="'length' must be positive"):
        EpochSampler(0)

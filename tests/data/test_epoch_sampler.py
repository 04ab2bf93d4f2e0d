"""Every position once an epoch, in an order that seed and epoch decide."""

from __future__ import annotations

import pytest

from graphforensics.data.epoch_sampler import EpochSampler


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


def test_length() -> None:
    assert len(EpochSampler(7)) == 7
    with pytest.raises(ValueError, match="'length' must be positive"):
        EpochSampler(0)

"""Shares of a batch: together the batch, and their weighted means its mean."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
from torch.utils.data import DataLoader

from graphforensics.datasets.epoch_sampler import EpochSampler
from graphforensics.datasets.grouped_sampler import GroupedSampler
from graphforensics.train.devices.shared_batches import SharedBatches, batch_share


@pytest.mark.parametrize(("length", "processes"), itertools.product((1, 7, 8, 9, 12), (1, 2, 4)))
def test_shares_make_up_the_batches_of_one_process(length: int, processes: int) -> None:
    sampler = EpochSampler(length, seed=1)
    sampler.set_epoch(3)
    whole = list(SharedBatches(sampler, 4))
    shares = [list(SharedBatches(sampler, 4, rank, processes)) for rank in range(processes)]
    samplers = [SharedBatches(sampler, 4, rank, processes) for rank in range(processes)]
    assert {len(share) for share in shares} == {len(whole)} == {len(s) for s in samplers}
    for number, batch in enumerate(whole):
        counted = [
            (share[number], sampler.weight(number))
            for share, sampler in zip(shares, samplers, strict=True)
        ]
        assert [item for items, weight in counted if weight for item in items] == batch
        # A loss of its own for every sample: the mean of the weighted means is the batch's.
        losses = {item: float(place**2) for place, item in enumerate(batch)}
        means = [sum(losses[i] for i in items) / len(items) for items, _ in counted]
        joined = sum(m * weight for m, (_, weight) in zip(means, counted, strict=True)) / processes
        assert joined == pytest.approx(sum(losses.values()) / len(batch))


def test_one_process_sees_what_an_ordinary_loader_gives() -> None:
    order = list(range(7))
    ordinary = DataLoader(order, batch_size=3)  # type: ignore[arg-type]
    assert list(SharedBatches(order, 3)) == [batch.tolist() for batch in ordinary]


@pytest.mark.parametrize(
    ("size", "rank", "processes"), [(0, 0, 1), (3, 0, 2), (4, 2, 2), (4, -1, 2)]
)
def test_senseless_shares_are_refused(size: int, rank: int, processes: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        SharedBatches(range(4), size, rank, processes)


def test_a_process_by_itself_has_weight_one_unless_nothing_counts() -> None:
    loader = DataLoader(range(3), batch_sampler=SharedBatches(range(3), 4, 1, 4))  # type: ignore[arg-type]
    trainer = SimpleNamespace(train_dataloader=loader, val_dataloaders=None)
    assert batch_share(trainer, 0, True, 4) == (1.0, 4)
    assert batch_share(None, 0, True, 4) == batch_share(trainer, 0, False, 4) == (1.0, 4)
    assert batch_share(None, 0, True, 0) == (0.0, 0)
    # The last of four processes for three samples gets one that does not count.
    rest = DataLoader(range(3), batch_sampler=SharedBatches(range(3), 4, 0, 4))  # type: ignore[arg-type]
    trainer = SimpleNamespace(train_dataloader=rest, val_dataloaders=None)
    assert batch_share(trainer, 0, True, 1) == (0.0, 0)


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_groups_stay_whole_in_a_batch_whatever_the_number_of_processes(processes: int) -> None:
    groups = [number for number, size in enumerate([5, 5, 1, 3, 2, 5, 4]) for _ in range(size)]
    sampler = GroupedSampler(groups, 8, seed=1)
    shares = [SharedBatches(sampler, 8, rank, processes) for rank in range(processes)]
    homes: dict[int, set[int]] = {}
    for number, parts in enumerate(zip(*(list(share) for share in shares), strict=True)):
        weights = [share.weight(number) for share in shares]
        counted = [
            item for items, weight in zip(parts, weights, strict=True) for item in items if weight
        ]
        assert len(counted) == len(set(counted)) <= 8
        # P n_p / n over the P processes.
        assert sum(weights) == pytest.approx(processes)
        assert weights == [
            processes * len(items) / len(counted) if weight else 0
            for items, weight in zip(parts, weights, strict=True)
        ]
        for _, position in counted:
            homes.setdefault(groups[position], set()).add(number)
    assert {len(places) for places in homes.values()} == {1}
    assert len(homes) == 7
    assert [len(share) for share in shares] == [len(sampler.batch_ends)] * processes

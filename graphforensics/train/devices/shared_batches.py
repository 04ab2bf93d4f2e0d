"""Batches shared out among the processes of one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch.utils.data import Sampler

from graphforensics.datasets.grouped_sampler import GroupedSampler
from graphforensics.train.devices.processes import process_count, summed

# Own code because: DistributedSampler repeats samples until all processes have as many, and cuts
# batches a process: figures would depend on the number of devices.

_HERE = torch.device("cpu")


class SharedBatches(Sampler[list[Any]]):
    """Cut an order into batches and give every process its share of each.

    All processes together see the batches that one process would: the number of devices changes
    how fast a run is, not what it computes. The last batch of an epoch may be smaller and not
    divide evenly; :meth:`weight` makes up for that. A process for which nothing is left gets one
    sample of weight 0, so that all take the same number of steps. A
    :class:`~graphforensics.datasets.grouped_sampler.GroupedSampler` says itself where its batches
    end, so that a group stays whole.

    Args:
        sampler: The order; every process must have the same.
        batch_size: Samples a batch, over all processes; the most of one with groups.
        rank: Number of this process.
        processes: How many there are.

    Raises:
        ValueError: ``batch_size`` is not a positive multiple of ``processes``, or ``rank`` is not
            among them.

    Example:
        >>> order = range(6)
        >>> [list(SharedBatches(order, 4, rank, 2)) for rank in (0, 1)]
        [[[0, 1], [4]], [[2, 3], [5]]]
    """

    def __init__(self, sampler: Any, batch_size: int, rank: int = 0, processes: int = 1) -> None:
        if batch_size < 1 or processes < 1 or batch_size % processes:
            raise ValueError(
                f"'batch_size' must be a positive multiple of the number of processes "
                f"(got {batch_size} and {processes})"
            )
        if not 0 <= rank < processes:
            raise ValueError(f"'rank' must be in [0, {processes}) (got {rank})")
        #: Lightning tells its epoch to the sampler of this name.
        self.sampler = sampler
        self.batch_size = batch_size
        self.rank, self.processes = rank, processes

    def __len__(self) -> int:
        return len(self._ends())

    def __iter__(self) -> Iterator[list[Any]]:
        order = list(self.sampler)
        start = 0
        for stop in self._ends():
            batch = order[start:stop]
            first, end = self._bounds(len(batch))
            yield batch[first:end] or batch[:1]
            start = stop

    def weight(self, number: int) -> float:
        """Return the factor of a batch's mean loss that makes the processes' mean the batch's.

        With n samples in a batch, of which this one of P processes has n_p, it is P n_p / n.

        Args:
            number: Of the batch in the epoch.
        """
        ends = self._ends()
        size = ends[number] - (ends[number - 1] if number else 0)
        first, end = self._bounds(size)
        return self.processes * (end - first) / size

    def _ends(self) -> Sequence[int]:
        if isinstance(self.sampler, GroupedSampler):
            return self.sampler.batch_ends
        total = len(self.sampler)
        count = -(-total // self.batch_size)
        return [min((number + 1) * self.batch_size, total) for number in range(count)]

    def _bounds(self, size: int) -> tuple[int, int]:
        return self.rank * size // self.processes, (self.rank + 1) * size // self.processes


def batch_share(trainer: Any | None, number: int, training: bool, count: int) -> tuple[float, int]:
    """Return the weight of a process's samples, and how many all processes have in the batch.

    Every process must call it.

    Args:
        trainer: Lightning's, if there is one.
        number: Of the batch in the epoch.
        training: Whether it trains or is evaluated.
        count: Samples of this process that count.
    """
    batches = getattr(_loader(trainer, training), "batch_sampler", None)
    if isinstance(batches, SharedBatches) and batches.weight(number) == 0:
        count = 0
    if process_count() == 1:
        return float(count > 0), count
    total = summed(count, trainer.strategy.root_device if trainer is not None else _HERE)
    return (process_count() * count / total if total else 0.0), total


def _loader(trainer: Any | None, training: bool) -> Any:
    if trainer is None or training:
        return None if trainer is None else trainer.train_dataloader
    # Not all that acts as a trainer can test.
    testing = getattr(trainer, "testing", False)
    return trainer.test_dataloaders if testing else trainer.val_dataloaders

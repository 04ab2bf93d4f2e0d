"""An order in which no batch parts a video from its forgeries."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch.utils.data import Sampler

# Own code because: scikit-learn's group splitters make folds, not batches of bounded size, and no
# sampler of PyTorch keeps groups whole.


class GroupedSampler(Sampler[tuple[int, int]]):
    """Every position once an epoch, in batches of whole groups.

    How many groups of which size make a batch is planned once, the largest first, each where it
    fits best, so that the number of batches is the same in every epoch; which groups these are is
    drawn anew. A batch may hold fewer samples than ``batch_size``. A group larger than a batch is
    cut, at other places in every epoch. The epoch goes along with the position, and there is no
    state but the epoch, as in :class:`~graphforensics.datasets.epoch_sampler.EpochSampler`.

    Args:
        groups: Group of each position, ``[length]``.
        batch_size: The most samples a batch may hold.
        seed: Seed of the order.

    Raises:
        ValueError: ``groups`` is empty, or ``batch_size`` is not positive.

    Example:
        >>> sampler = GroupedSampler([0, 0, 1, 1, 1, 2], batch_size=4)
        >>> sampler.batch_ends
        [4, 6]
    """

    def __init__(self, groups: Sequence[int], batch_size: int, seed: int = 0) -> None:
        if not len(groups) or batch_size < 1:
            raise ValueError(
                f"'groups' must not be empty and 'batch_size' must be positive "
                f"(got {len(groups)} and {batch_size})"
            )
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 0
        self._groups = np.unique(np.asarray(groups), return_inverse=True)[1]
        sizes = np.bincount(self._groups).tolist()
        parts = [part for size in sizes for part in _parts(size, batch_size)]
        self._plan = _plan(parts, batch_size, seed)
        #: Where each batch ends in the order; the same in every epoch.
        self.batch_ends: list[int] = np.cumsum([sum(batch) for batch in self._plan]).tolist()

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch; Lightning calls this before each."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self._groups)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        waiting = self._waiting()
        drawn = (waiting[size].popleft() for batch in self._plan for size in batch)
        return iter([(self.epoch, position) for part in drawn for position in part])

    def _waiting(self) -> dict[int, deque[list[int]]]:
        """Return the parts of all groups by their size, in the epoch's order."""
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        turns = torch.randperm(int(self._groups.max()) + 1, generator=generator).numpy()
        order = np.argsort(turns[self._groups], kind="stable")
        starts = np.flatnonzero(np.diff(self._groups[order], prepend=-1))
        waiting: dict[int, deque[list[int]]] = defaultdict(deque)
        for members in np.split(order, starts[1:]):
            if len(members) > self.batch_size:
                members = members[torch.randperm(len(members), generator=generator).numpy()]
            start = 0
            for size in _parts(len(members), self.batch_size):
                waiting[size].append(members[start : start + size].tolist())
                start += size
        return waiting


def _parts(size: int, most: int) -> list[int]:
    """Cut a group that is larger than a batch into parts of nearly equal size."""
    count = -(-size // most)
    return [(number + 1) * size // count - number * size // count for number in range(count)]


def _plan(sizes: list[int], most: int, seed: int) -> list[list[int]]:
    """Say which sizes of groups make each batch; the emptiest batches come last."""
    batches: list[list[int]] = []
    #: Numbers of the batches that have room for so many samples more.
    room: dict[int, list[int]] = defaultdict(list)
    for size in sorted(sizes, reverse=True):
        left = next((left for left in range(size, most + 1) if room[left]), None)
        if left is None:
            left = most
            room[left].append(len(batches))
            batches.append([])
        number = room[left].pop()
        batches[number].append(size)
        room[left - size].append(number)
    emptiest = min(map(sum, batches))
    order = np.random.default_rng(seed).permutation(len(batches)).tolist()
    order.sort(key=lambda number: sum(batches[number]) == emptiest)
    return [batches[number] for number in order]

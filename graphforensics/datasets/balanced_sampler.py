"""An order with as many samples of one class as of the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Sampler

# Own code because: WeightedRandomSampler draws with replacement, so that some faces come up twice
# before others come up at all, and has a state that a resumed run would have to restore.


class BalancedSampler(Sampler[tuple[int, int]]):
    """As many positions of every class in each epoch, without end and without favourites.

    An epoch is as long as the data set, and every stretch of it that is cut off as a batch is as
    balanced as its size allows: of K classes, K positions that follow each other are of one class
    each. Each class is gone through in passes, each in an order of
    its own, and an epoch goes on in the pass where the one before it stopped: no position comes up
    again before all of its class have. Epoch and seed alone say what an epoch holds, so that a
    resumed run sees what an unbroken one sees. The pass goes along with the position, as the epoch
    does in :class:`~graphforensics.datasets.epoch_sampler.EpochSampler`: a face that comes up twice
    in an epoch is cut and flipped anew.

    Args:
        labels: Class of each position, ``[length]``.
        seed: Seed of the order.

    Raises:
        ValueError: ``labels`` are of fewer than two classes.

    Example:
        >>> sampler = BalancedSampler([0, 0, 0, 0, 0, 1], seed=0)
        >>> sorted(position for _, position in sampler).count(5)
        3
    """

    def __init__(self, labels: Sequence[int], seed: int = 0) -> None:
        classes, members = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(f"'labels' must be of two classes or more (got {len(classes)})")
        self.seed = seed
        self.epoch = 0
        self._members = [np.flatnonzero(members == number) for number in range(len(classes))]
        # What does not divide evenly goes to the first classes.
        whole, rest = divmod(len(labels), len(classes))
        self._shares = [whole + (number < rest) for number in range(len(classes))]

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch; Lightning calls this before each."""
        self.epoch = epoch

    def __len__(self) -> int:
        return sum(self._shares)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        drawn = [self._shuffled(self._draw(number), number) for number in range(self._classes)]
        # The same order in all rounds: a batch that ends within one is off by one at most.
        turns = self._permutation(self._classes, self._classes, self.epoch).tolist()
        # What does not divide evenly is left to the end, where the longer classes stand alone.
        rounds = zip_longest(*(drawn[number] for number in turns))
        return iter([entry for turn in rounds for entry in turn if entry is not None])

    @property
    def _classes(self) -> int:
        return len(self._members)

    def _shuffled(self, entries: list[tuple[int, int]], number: int) -> list[tuple[int, int]]:
        """Mix the passes that an epoch touches: a rare class is not gone through in rounds."""
        order = self._permutation(len(entries), self._classes + 1 + number, self.epoch)
        return [entries[place] for place in order]

    def _draw(self, number: int) -> list[tuple[int, int]]:
        members, share = self._members[number], self._shares[number]
        first = self.epoch * share
        entries: list[tuple[int, int]] = []
        for turn in range(first // len(members), (first + share - 1) // len(members) + 1):
            start = max(first - turn * len(members), 0)
            end = min(first + share - turn * len(members), len(members))
            order = self._permutation(len(members), number, turn)[start:end]
            entries += [(turn, int(position)) for position in members[order]]
        return entries

    def _permutation(self, length: int, stream: int, turn: int) -> NDArray[np.int64]:
        # One integer of three, apart for every class and pass.
        mixed = np.random.SeedSequence([self.seed, stream, turn]).generate_state(1, np.uint64)[0]
        generator = torch.Generator().manual_seed(int(mixed >> np.uint64(1)))
        order: NDArray[np.int64] = torch.randperm(length, generator=generator).numpy()
        return order

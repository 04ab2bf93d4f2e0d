"""The order in which training sees a data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch.utils.data import Sampler


class EpochSampler(Sampler[tuple[int, int]]):
    """Every position once an epoch, in an order that follows from the seed and the epoch alone.

    The epoch goes along with every position, so that a data set can draw other random numbers in
    each epoch. There is no state but the epoch: a resumed run sees what an unbroken one sees.

    Args:
        length: Number of positions.
        seed: Seed of the order.
        groups: Group of each position, ``[length]``: positions of one group follow each other, so
            that a batch holds a forgery beside its source. Every position by itself if ``None``.

    Raises:
        ValueError: ``length`` is not positive, or ``groups`` has another length.

    Example:
        >>> sampler = EpochSampler(3, seed=0)
        >>> sampler.set_epoch(4)
        >>> sorted(sampler)
        [(4, 0), (4, 1), (4, 2)]
    """

    def __init__(self, length: int, seed: int = 0, groups: Sequence[int] | None = None) -> None:
        if length < 1:
            raise ValueError(f"'length' must be positive (got {length})")
        if groups is not None and len(groups) != length:
            raise ValueError(f"'groups' has {len(groups)} entries, 'length' is {length}")
        self.length = length
        self.seed = seed
        self.groups = (
            np.arange(length) if groups is None else np.unique(groups, return_inverse=True)[1]
        )
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch; Lightning calls this before each."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[tuple[int, int]]:
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        turns = torch.randperm(int(self.groups.max()) + 1, generator=generator).numpy()
        order = np.argsort(turns[self.groups], kind="stable").tolist()
        return iter([(self.epoch, position) for position in order])

"""An order that mixes kinds of samples by share, and may see every person equally often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Sampler

# Own code because: WeightedRandomSampler draws with replacement, so that some faces come up twice
# before others come up at all, and has a state that a resumed run would have to restore.


class MixedSampler(Sampler[tuple[int, int]]):
    """Each kind with its share of every epoch, spread evenly over it, without favourites.

    An epoch is as long as the data set. Each kind is gone through in passes, each in an order of
    its own, and an epoch goes on where the one before it stopped: no position comes up again
    before all of its kind have. With ``people``, a pass has every person once, each time with
    another of their samples: nobody comes up again before everybody of the kind has. Epoch and
    seed alone say what an epoch holds. How often a position has come up before goes along with it,
    as in :class:`~graphforensics.datasets.balanced_sampler.BalancedSampler`.

    Args:
        kinds: Kind of each position, ``[length]``.
        shares: Share of each kind, by its number; of their sum. Default: as many as there are.
        people: Person of each position, ``[length]``. Default: every position by itself.
        seed: Seed of the order.

    Raises:
        ValueError: ``kinds`` is empty, a kind has no share or a share no position, or a share is
            not positive.

    Example:
        >>> sampler = MixedSampler([0, 0, 0, 0, 0, 1], shares=[1, 1])
        >>> sorted(position for _, position in sampler).count(5)
        3
    """

    def __init__(
        self,
        kinds: Sequence[int],
        shares: Sequence[float] | None = None,
        people: Sequence[int] | None = None,
        seed: int = 0,
    ) -> None:
        every = np.asarray(kinds, dtype=np.int64)
        there = np.unique(every)
        if not len(every):
            raise ValueError("'kinds' must not be empty")
        if shares is None:
            shares = np.bincount(every)[there].tolist()
            every = np.searchsorted(there, every)
        elif there.tolist() != list(range(len(shares))):
            raise ValueError(f"'shares' must be of the kinds {there.tolist()} (got {len(shares)})")
        if not all(0 < share < float("inf") for share in shares):
            raise ValueError(f"'shares' must be positive (got {list(shares)})")
        self.seed = seed
        self.epoch = 0
        self._length = len(every)
        who = np.arange(len(every)) if people is None else np.asarray(people)
        self._people = [_by_person(every, who, kind) for kind in range(len(shares))]
        self._counts = _counts(len(every), shares)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch; Lightning calls this before each."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[tuple[int, int]]:
        turns = self._permutation(len(self._counts), 0, 0, self.epoch)
        entries: list[tuple[float, int, tuple[int, int]]] = []
        for kind, count in enumerate(self._counts):
            first = self.epoch * count
            entries += [
                ((number + 0.5) / count, int(turns[kind]), entry)
                for number, entry in enumerate(self._drawn(kind, first, first + count))
            ]
        return iter([entry for _, _, entry in sorted(entries, key=lambda one: one[:2])])

    def _drawn(self, kind: int, first: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield entries of an endless row: pass by pass all people, each time another sample."""
        people = self._people[kind]
        for turn in range(first // len(people), -(-end // len(people))):
            order = self._permutation(len(people), 1, kind, turn)
            start = max(first - turn * len(people), 0)
            for person in order[start : end - turn * len(people)].tolist():
                members = people[person]
                before, place = divmod(turn, len(members))
                if len(members) > 1:
                    own = self._permutation(len(members), 2 + kind, 1 + person, before)
                    place = int(own[place])
                yield before, int(members[place])

    def _permutation(self, length: int, *stream: int) -> NDArray[np.int64]:
        mixed = np.random.SeedSequence([self.seed, *stream]).generate_state(1, np.uint64)[0]
        generator = torch.Generator().manual_seed(int(mixed >> np.uint64(1)))
        order: NDArray[np.int64] = torch.randperm(length, generator=generator).numpy()
        return order


def _by_person(
    kinds: NDArray[np.int64], people: NDArray[np.int64], kind: int
) -> list[NDArray[np.int64]]:
    """Return the positions of each person of a kind."""
    members = np.flatnonzero(kinds == kind)
    order = members[np.argsort(people[members], kind="stable")]
    return np.split(order, np.flatnonzero(np.diff(people[order])) + 1)


def _counts(length: int, shares: Sequence[float]) -> list[int]:
    """Share a number out; what does not divide evenly goes to the largest remainders."""
    wanted = np.asarray(shares, dtype=np.float64)
    wanted = wanted / wanted.sum() * length
    counts = np.floor(wanted).astype(np.int64)
    rest = np.argsort(counts - wanted, kind="stable")[: length - int(counts.sum())]
    counts[rest] += 1
    return [int(count) for count in counts]

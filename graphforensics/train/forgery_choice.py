"""Which way each real face of a batch is forged."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from graphforensics.train.config.pseudo_fake_shares import STORED, pseudo_fake_shares
from graphforensics.train.recipe_seeds import recipe_seeds


class ForgeryChoice:
    """Choose each sample's way to forge by its seed alone.

    Args:
        kind: Ways and shares, as
            :func:`~graphforensics.train.config.pseudo_fake_shares.pseudo_fake_shares` reads them.
        seed: Of the run.

    Raises:
        ValueError: ``kind`` names another way.

    Example:
        >>> choice = ForgeryChoice("whole=3,regenerate=1")
        >>> choice.ways([1, 2, 4])
        ['whole', 'whole', 'regenerate']
    """

    def __init__(self, kind: str, seed: int = 0) -> None:
        self.kind, self.seed = kind, seed
        self.shares = pseudo_fake_shares(kind)

    def ways(self, seeds: Iterable[int]) -> list[str]:
        """Return a way for each seed.

        Args:
            seeds: Of the samples, as :func:`~.recipe_seeds.recipe_seeds` draws them.
        """
        return [str(_drawn(self.shares, seed, 7)) for seed in seeds]

    def other(self, seed: int) -> str | None:
        """Return the way for a sample of which nothing lies in the stores; ``None`` without one.

        Args:
            seed: Of the sample.
        """
        return _drawn({way: n for way, n in self.shares.items() if way != STORED}, seed, 8)

    def stored(self, track: str, epoch: int | None, clip: int, count: int) -> list[int]:
        """Return in which order a sample's stored forgeries are tried; none for another way.

        Args:
            track: Name of the real track.
            epoch: As in :class:`~graphforensics.train.PseudoFakes`.
            clip: Which of the track's samples it is.
            count: How many forgeries there are.
        """
        if STORED not in self.shares or not count:
            return []
        seed = recipe_seed(track, self.seed, epoch, clip)
        if self.ways([seed]) != [STORED]:
            return []
        return [int(one) for one in np.random.default_rng([seed, 9]).permutation(count)]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.kind!r}, seed={self.seed})"


def recipe_seed(track: str, seed: int, epoch: int | None, clip: int) -> int:
    """Return the seed of one sample.

    Args:
        track: Name of its track.
        seed: Of the run.
        epoch: Number of the epoch; ``None`` in validation.
        clip: Which of the track's samples it is.
    """
    return recipe_seeds([track], seed, epoch, [clip])[0]


def _drawn(shares: dict[str, float], seed: int, stream: int) -> str | None:
    names = list(shares)
    if len(names) < 2:
        return names[0] if names else None
    total = sum(shares.values())
    odds = [share / total for share in shares.values()]
    return names[int(np.random.default_rng([seed, stream]).choice(len(names), p=odds))]

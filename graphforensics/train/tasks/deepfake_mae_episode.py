"""How a batch becomes an episode of meta-learning."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class Episode(NamedTuple):
    """Which samples of a batch each step of meta-learning sees.

    Args:
        support: Of meta-train: the inner steps, and the meta-train loss.
        reference: Of meta-train: picks the best inner step.
        query: All of meta-test and others of meta-train, in random order: the meta-test loss.
    """

    support: Tensor
    reference: Tensor
    query: Tensor


class Domains:
    """Part the training data into meta-train and meta-test, anew in every epoch.

    Where there are several manipulations, about a share of them, at least one and not all, are
    meta-test's alone; the real faces are parted at random. Where there is one, everything is
    parted at random. Who is where follows from the seed, the epoch and the names.

    Args:
        manipulations: Those that the fakes were made with.
        test_share: Share of meta-test. Default: 0.2.
        seed: Seed of the parting. Default: 0.

    Raises:
        ValueError: The share is not in (0, 1).

    Example:
        >>> domains = Domains(["a", "b", "c"])
        >>> sum(domains.is_test("", name, 1.0, epoch=0) for name in "abc")
        1
    """

    def __init__(
        self, manipulations: Sequence[str], test_share: float = 0.2, seed: int = 0
    ) -> None:
        if not 0 < test_share < 1:
            raise ValueError(f"'test_share' must be in (0, 1) (got {test_share})")
        self.manipulations = tuple(sorted(set(manipulations)))
        self.test_share = test_share
        self.seed = seed

    def is_test(self, video: str, manipulation: str, label: float, epoch: int) -> bool:
        """Say whether a sample is of meta-test.

        Args:
            video: What the sample is of; all samples of it are on one side.
            manipulation: How it was made; not asked of real faces.
            label: 1 is fake.
            epoch: Number of the epoch.
        """
        if label > 0.5 and manipulation in self.manipulations and len(self.manipulations) > 1:
            return manipulation in self.test_manipulations(epoch)
        return self._drawn(f"video/{video}", epoch) < self.test_share

    def test_manipulations(self, epoch: int) -> tuple[str, ...]:
        """Name the manipulations that are meta-test's in an epoch; none where there is one."""
        count = len(self.manipulations)
        if count < 2:
            return ()
        wanted = min(max(1, math.floor(self.test_share * count + 0.5)), count - 1)
        drawn = sorted(self.manipulations, key=lambda name: self._drawn(f"kind/{name}", epoch))
        return tuple(sorted(drawn[:wanted]))

    def _drawn(self, name: str, epoch: int) -> float:
        word = f"{self.seed}/{epoch}/{name}".encode()
        return int.from_bytes(hashlib.blake2b(word, digest_size=6).digest(), "big") / 2**48


def episode(label: Tensor, is_test: Tensor) -> Episode:
    """Share out a batch: of each class of meta-train half is support, a quarter each the others.

    Where a class of meta-train has too few samples support comes first, then the reference. A
    batch without meta-train samples is support as a whole; without a sample to spare, the
    reference is the support, and the query is what there is.

    Args:
        label: 1 is fake.
        is_test: Which samples are of meta-test.

    Shapes:
        ``label [B]``, ``is_test [B]`` (bool); the three hold numbers of samples.

    Example:
        >>> parted = episode(torch.tensor([0, 0, 0, 0, 1, 1, 1, 1]), torch.tensor([False] * 8))
        >>> [len(part) for part in parted]
        [4, 2, 2]
    """
    order = torch.randperm(len(label))
    test = is_test.cpu()[order]
    train = order[~test]
    if not len(train):
        train, test = order, torch.zeros_like(test)
    shares: tuple[list[int], list[int], list[int]] = ([], [], [])
    fake = label.cpu()[train] > 0.5
    for members in (train[~fake], train[fake]):
        for turn, sample in enumerate(members.tolist()):
            shares[(0, 1, 2, 0)[turn % 4]].append(sample)
    support, reference, other = (torch.tensor(part, dtype=torch.long) for part in shares)
    reference = reference if len(reference) else support
    query = torch.cat([order[test], other])
    query = query[torch.randperm(len(query))] if len(query) else support
    return Episode(*(part.to(label.device) for part in (support, reference, query)))

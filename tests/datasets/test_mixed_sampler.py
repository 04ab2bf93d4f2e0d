"""Shares of kinds and people in an order, counted over many epochs."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import chain

import pytest

from graphforensics.datasets.mixed_sampler import MixedSampler

#: Ten positions of kind 0, three of kind 1.
KINDS = [0] * 10 + [1] * 3


def _epochs(sampler: MixedSampler, count: int) -> list[list[tuple[int, int]]]:
    found = []
    for epoch in range(count):
        sampler.set_epoch(epoch)
        found.append(list(sampler))
    return found


@pytest.mark.parametrize("shares", [[1, 1], [3, 1], [0.2, 1.1]])
def test_every_epoch_has_the_shares_to_a_sample(shares: list[float]) -> None:
    for order in _epochs(MixedSampler(KINDS, shares, seed=3), 5):
        assert len(order) == len(KINDS)
        many = sum(KINDS[position] for _, position in order)
        assert abs(many - len(KINDS) * shares[1] / sum(shares)) < 1


def test_shares_are_spread_over_the_epoch() -> None:
    kinds = [0] * 60 + [1] * 20
    for order in _epochs(MixedSampler(kinds, [3, 1]), 3):
        for start in range(0, 80, 8):
            batch = [kinds[position] for _, position in order[start : start + 8]]
            assert sum(batch) == 2


def test_nobody_comes_up_again_before_all_of_the_kind_have() -> None:
    entries = list(chain(*_epochs(MixedSampler(KINDS, [1, 2], seed=1), 9)))
    for kind, members in ((0, range(10)), (1, range(10, 13))):
        row = [position for _, position in entries if KINDS[position] == kind]
        size = len(members)
        for start in range(0, len(row) - size + 1, size):
            assert sorted(row[start : start + size]) == list(members)
    # The same sample is never drawn twice in the same way.
    assert len(set(entries)) == len(entries)


def test_every_person_equally_often_each_time_in_another_sample() -> None:
    people = [0] * 7 + [1] * 1 + [2] * 3 + [3] * 2
    rows = _epochs(MixedSampler([0] * 13, people=people, seed=2), 8)
    entries = list(chain(*rows))
    seen = Counter(people[position] for _, position in entries)
    assert len(entries) == 104
    assert max(seen.values()) - min(seen.values()) == 0
    for person in range(4):
        own = [position for _, position in entries if people[position] == person]
        size = people.count(person)
        for start in range(0, len(own) - size + 1, size):
            assert len(set(own[start : start + size])) == size
    assert len(set(entries)) == len(entries)
    # Without it they come up as often as they have samples.
    plain = Counter(people[p] for _, p in chain(*_epochs(MixedSampler([0] * 13), 8)))
    assert Fraction(plain[0], plain[1]) == 7


def test_seed_and_epoch_alone_say_what_comes() -> None:
    first, again = (MixedSampler(KINDS, [1, 1], seed=4) for _ in range(2))
    again.set_epoch(3)
    assert list(again) == _epochs(first, 4)[3]
    other = MixedSampler(KINDS, [1, 1], seed=5)
    other.set_epoch(3)
    assert list(other) != list(again)


@pytest.mark.parametrize(
    ("kinds", "shares", "told"),
    [
        ([], None, "'kinds' must not be empty"),
        ([0, 1], [1.0], "'shares' must be of the kinds"),
        ([0, 2], [1.0, 1.0], "'shares' must be of the kinds"),
        ([0, 1], [1.0, 0.0], "'shares' must be positive"),
    ],
)
def test_senseless_shares_are_refused(
    kinds: list[int], shares: list[float] | None, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        MixedSampler(kinds, shares)

"""No close pair is missed: against all pairs, one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphforensics.splits.leaks import close_pairs, near_duplicates

CODES = st.lists(st.integers(0, 2**64 - 1), max_size=12)


def _all_pairs(first: list[int], second: list[int], distance: int) -> list[list[int]]:
    return [
        [i, j, (a ^ b).bit_count()]
        for i, a in enumerate(first)
        for j, b in enumerate(second)
        if (a ^ b).bit_count() <= distance
    ]


@settings(deadline=None, max_examples=60)
@given(CODES, CODES, st.integers(0, 14), st.randoms(use_true_random=False))
def test_close_pairs_are_all_pairs(first, second, distance, random) -> None:
    # Random numbers are never close: some of the second list are changed copies of the first.
    for code in first:
        if random.random() < 0.7:
            bits = random.sample(range(64), random.randint(0, 16))
            second.append(code ^ sum(1 << bit for bit in bits))
    found = close_pairs(np.array(first, np.uint64), np.array(second, np.uint64), distance)
    assert found.tolist() == _all_pairs(first, second, distance)


def test_many_equal_codes_do_not_take_all_memory() -> None:
    rng = np.random.default_rng(0)
    first = rng.integers(0, 2**63, 20_000, dtype=np.uint64)
    second = rng.integers(0, 2**63, 20_000, dtype=np.uint64)
    # Codes that share their upper half meet in one table and are far apart all the same.
    first[:3000] &= np.uint64(0xFFFFFFFF)
    second[:3000] &= np.uint64(0xFFFFFFFF)
    second[5000] = first[7000] ^ np.uint64(0b1011)
    assert [7000, 5000, 3] in close_pairs(first, second, 4).tolist()


def test_distance_has_bounds() -> None:
    codes = np.zeros(1, np.uint64)
    with pytest.raises(ValueError, match=r"'distance' must be in \[0, 14\] \(got 15\)"):
        close_pairs(codes, codes, 15)


def test_videos_of_different_parts_only_most_matches_first() -> None:
    hashed = {
        "train": [("a", 0, 0b0), ("a", 9, 0b1111 << 40), ("b", 0, 1 << 63)],
        "test": [("c", 3, 0b1), ("c", 7, 0b1111 << 40), ("d", 0, 1 << 63), ("e", 0, 2**40 - 1)],
    }
    pairs = near_duplicates(hashed, 2)
    assert [(p.first, p.second, p.distance, p.matches) for p in pairs] == [
        ("a", "c", 0, 2),
        ("b", "d", 0, 1),
        ("a", "d", 1, 1),
        ("b", "c", 2, 1),
    ]
    assert (pairs[0].first_frame, pairs[0].second_frame) == (9, 7)
    assert str(pairs[1]) == "frame 0 of b (train) is almost frame 0 of d (test), 0 bits apart"
    assert near_duplicates({"train": hashed["train"]}) == []

"""Pictures of two parts that are almost the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphforensics.splits.leaks.leak_report import NearDuplicate

Hashes = NDArray[np.uint64]
_BITS = 64
# Candidates that are compared at a time.
_AT_ONCE = 1 << 20
_BITS_OF_BYTE = np.array([number.bit_count() for number in range(256)], dtype=np.int64)


def near_duplicates(
    hashed: Mapping[str, Sequence[tuple[str, int, int]]], distance: int = 4
) -> list[NearDuplicate]:
    """Find pictures of different parts whose hashes differ in few bits.

    Args:
        hashed: Part -> ``(video, frame number, hash)`` of each picture.
        distance: Most bits that may differ.

    Returns:
        One entry for two videos, that of their closest pictures; those with most matches first.
    """
    closest: dict[tuple[str, str, str, str], tuple[int, int, int]] = {}
    matched: dict[tuple[str, str, str, str], tuple[set[int], set[int]]] = {}
    for one, two in combinations(hashed, 2):
        first, second = hashed[one], hashed[two]
        for left, right, apart in close_pairs(_codes(first), _codes(second), distance).tolist():
            key = (one, first[left][0], two, second[right][0])
            found = (apart, first[left][1], second[right][1])
            numbers = matched.setdefault(key, (set(), set()))
            numbers[0].add(found[1])
            numbers[1].add(found[2])
            closest[key] = min(found, closest.get(key, found))
    pairs = [
        NearDuplicate(one, video, number, two, other, other_number, apart, _fewer(matched[key]))
        for key, (apart, number, other_number) in closest.items()
        for one, video, two, other in [key]
    ]
    return sorted(pairs, key=lambda pair: (-pair.matches, pair.distance, pair.first, pair.second))


def _fewer(numbers: tuple[set[int], set[int]]) -> int:
    return min(len(numbers[0]), len(numbers[1]))


def close_pairs(first: Hashes, second: Hashes, distance: int) -> NDArray[np.int64]:
    """Find all pairs of hashes, one of each list, that differ in at most ``distance`` bits.

    The 64 bits are cut into ``distance + 2`` blocks. A pair that differs in at most ``distance``
    bits agrees in at least two whole blocks, so that it meets in at least one of the tables that
    are sorted by two blocks each: no pair is missed, and hardly any other is looked at.

    Args:
        first: ``[n]``.
        second: ``[m]``.
        distance: Most bits that may differ, 0 to 14.

    Returns:
        ``[k, 3]``: position in ``first``, position in ``second``, number of bits.

    Raises:
        ValueError: ``distance`` is out of range.

    Example:
        >>> close_pairs(np.array([0, 255], np.uint64), np.array([3, 254], np.uint64), 2).tolist()
        [[0, 0, 2], [1, 1, 1]]
    """
    if not 0 <= distance <= 14:
        raise ValueError(f"'distance' must be in [0, 14] (got {distance})")
    edges = np.linspace(0, _BITS, distance + 3).round().astype(int)
    blocks = [_mask(low, high) for low, high in pairwise(edges.tolist())]
    # Still pictures and cuts repeat hashes many times; each value is compared once.
    (one, two) = (np.unique(codes, return_inverse=True) for codes in (first, second))
    met: list[NDArray[np.int64]] = [np.empty((0, 2), np.int64)]
    for some, other in combinations(blocks, 2):
        for pairs in _meetings(one[0] & (some | other), two[0] & (some | other)):
            apart = _different_bits(one[0][pairs[:, 0]], two[0][pairs[:, 1]])
            met.append(pairs[apart <= distance])
    return _spread(np.unique(np.concatenate(met), axis=0), one, two)


def _mask(low: int, high: int) -> Any:
    return np.uint64(((1 << high) - 1) ^ ((1 << low) - 1))


def _different_bits(first: Hashes, second: Hashes) -> NDArray[np.int64]:
    octets = np.ascontiguousarray(first ^ second).view(np.uint8).reshape(-1, 8)
    counts: NDArray[np.int64] = _BITS_OF_BYTE[octets].sum(axis=1)
    return counts


def _meetings(first: Hashes, second: Hashes) -> Iterator[NDArray[np.int64]]:
    """Yield the positions of equal values, a bounded number at a time."""
    order = np.argsort(second, kind="stable")
    ordered = second[order]
    start = np.searchsorted(ordered, first, side="left")
    count = np.searchsorted(ordered, first, side="right") - start
    rows = np.flatnonzero(count)
    while len(rows):
        # At least one row at a time, however many it meets.
        taken = max(1, int(np.searchsorted(np.cumsum(count[rows]), _AT_ONCE, side="right")))
        part, rows = rows[:taken], rows[taken:]
        left = np.repeat(part, count[part])
        ends = np.cumsum(count[part])
        step = np.arange(len(left)) - np.repeat(ends - count[part], count[part])
        yield np.stack([left, order[np.repeat(start[part], count[part]) + step]], axis=1)


def _spread(
    pairs: NDArray[np.int64],
    one: tuple[Hashes, NDArray[np.int64]],
    two: tuple[Hashes, NDArray[np.int64]],
) -> NDArray[np.int64]:
    """Turn pairs of values into pairs of the places that have them."""
    apart = _different_bits(one[0][pairs[:, 0]], two[0][pairs[:, 1]])
    left, right = _owners(*one), _owners(*two)
    rows = [
        (a, b, bits)
        for (x, y), bits in zip(pairs.tolist(), apart.tolist(), strict=True)
        for a in left[x]
        for b in right[y]
    ]
    return np.array(sorted(rows), dtype=np.int64).reshape(-1, 3)


def _owners(values: Hashes, inverse: NDArray[np.int64]) -> list[list[int]]:
    order = np.argsort(inverse, kind="stable")
    ends = np.cumsum(np.bincount(inverse, minlength=len(values)))[:-1]
    return [part.tolist() for part in np.split(order, ends)] if len(values) else []


def _codes(pictures: Sequence[tuple[str, int, int]]) -> Hashes:
    return np.array([code for _, _, code in pictures], dtype=np.uint64)

"""Which source is forged by which methods."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence

from graphforensics.tamper.families import find_family


def method_shares(given: str | Iterable[str] | Mapping[str, float]) -> dict[str, float]:
    """Read methods with their shares.

    Args:
        given: ``"NAME"``, ``"NAME=SHARE"``, several of them, or a mapping of names to shares.
            Without a share a method is for every source.

    Raises:
        ValueError: An unknown name, a name given twice, or a share outside (0, 1].

    Example:
        >>> method_shares(["self_blend=0.25", "partial_blend"])
        {'self_blend': 0.25, 'partial_blend': 1.0}
    """
    if isinstance(given, Mapping):
        words: list[tuple[str, object]] = list(given.items())
    else:
        listed = [given] if isinstance(given, str) else list(given)
        words = [_split(word) for word in listed]
    if not words:
        raise ValueError("'method' must name at least one method (got none)")
    shares: dict[str, float] = {}
    for name, share in words:
        find_family(name)
        if name in shares:
            raise ValueError(f"'method' names {name} twice")
        shares[name] = _share(name, share)
    return shares


def _split(word: str) -> tuple[str, object]:
    name, mark, share = word.partition("=")
    return name, share if mark else 1.0


def _share(name: str, given: object) -> float:
    try:
        share = float(str(given))
    except ValueError:
        share = math.nan
    if not 0 < share <= 1:
        raise ValueError(f"the share of {name} must be in (0, 1] (got {given})")
    return share


def allocate(
    shares: Mapping[str, float], sources: Sequence[str], seed: int
) -> dict[str, list[str]]:
    r"""Say by which methods each source is forged, exactly by the shares.

    Sources stand in a circle, in an order that follows from the seed and their names. Method m
    takes those from place :math:`[n \sum_{l < m} s_l]` on to :math:`[n \sum_{l \le m} s_l]`, n
    being the number of sources: shares that add up to one give every source to one method, a share
    of one gives a method all of them.

    Args:
        shares: Method -> share in (0, 1].
        sources: Names, in any order.
        seed: Of the run.

    Example:
        >>> given = allocate({"a": 0.5, "b": 0.5}, ["x", "y", "z", "w"], 0)
        >>> sorted(methods for methods in given.values())
        [['a'], ['a'], ['b'], ['b']]
    """
    ring = sorted(sources, key=lambda name: _place(name, seed))
    taken: dict[str, list[str]] = {name: [] for name in sources}
    reached = 0.0
    for method, share in shares.items():
        # Not round(), which takes halves to even numbers; shares are sums of rounded fractions.
        first, last = (
            math.floor(len(ring) * end + 0.5 + 1e-9) for end in (reached, reached + share)
        )
        for place in range(first, last):
            taken[ring[place % len(ring)]].append(method)
        reached += share
    return taken


def _place(name: str, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed}/{name}".encode()).digest()

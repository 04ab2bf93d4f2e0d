"""How many people of a data set cannot be parted, and what ties them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphforensics.splits.split import identity_groups

# What ties rows, in the order in which ties are counted: what only a later one ties counts there.
_COLUMNS = ("identity", "file", "video", "origin")
_READ = {
    "identity": ("identity",),
    "file": ("identity", "store"),
    "video": ("identity", "store", "video", "dataset"),
    "origin": ("identity", "store", "video", "dataset", "origin"),
}
_NAMES = {
    "identity": "an identity of several names",
    "file": "a file",
    "video": "the column 'video'",
    "origin": "the column 'source'",
}
# A swap's two people are tied by nature.
_MANY = 3
_SHARE = 1 / 3


@dataclass(frozen=True)
class GroupTies:
    """People of a data set, the groups that stay together, and why they do.

    Args:
        people: Identities, and files that name none.
        groups: Groups that no split parts.
        tied: Column -> by how many groups it made them fewer; ``"origin"`` is the column
            ``source`` of a metadata table.
        largest: Part -> people in its largest group, and the share of its files that they have;
            parts in which that is more than a third, and three people or more.
    """

    people: int
    groups: int
    tied: Mapping[str, int]
    largest: Mapping[str, tuple[int, float]]

    def __str__(self) -> str:
        told = [f"{count} by {_NAMES[column]}" for column, count in self.tied.items() if count]
        ties = f", tied {', '.join(told)}" if told else ""
        groups = "1 group that stays" if self.groups == 1 else f"{self.groups} groups that stay"
        return f"{self.people} people in {groups} together{ties}"

    def warn(self) -> None:
        """Warn of parts that hardly are more than one group."""
        for part, (people, share) in self.largest.items():
            column = max(self.tied, key=lambda name: self.tied[name])
            warnings.warn(
                f"{share:.0%} of the {part} part is one group of {people} people that cannot be "
                f"parted, most of them tied by {_NAMES[column]}: is it what it should be?",
                stacklevel=3,
            )


def group_ties(
    rows: Sequence[Mapping[str, Any]], parts: Mapping[str, Sequence[int]] | None = None
) -> GroupTies:
    """Count who is tied to whom by which column.

    Args:
        rows: As :func:`~graphforensics.splits.split.identity_groups` takes them.
        parts: Positions of the rows of each part; ``None`` for one part of all.

    Example:
        >>> rows = [{"source": f"{n}.mp4", "identity": f"p{n}", "origin": "films"} for n in "abc"]
        >>> print(group_ties(rows))
        3 people in 1 group that stays together, tied 2 by the column 'source'
    """
    names = [_people(row) for row in rows]
    before = len({name for people in names for name in people})
    people, tied = before, {}
    groups: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
    for column in _COLUMNS:
        groups = identity_groups([_only(row, names[n], column) for n, row in enumerate(rows)])
        tied[column], before = before - len(set(groups.tolist())), len(set(groups.tolist()))
    return GroupTies(people, before, tied, _largest(names, groups, parts))


def _people(row: Mapping[str, Any]) -> list[str]:
    words = str(row.get("identity") or "").split(";")
    return [word.strip() for word in words if word.strip()] or [f"file {row['source']}"]


def _only(row: Mapping[str, Any], people: Sequence[str], column: str) -> dict[str, Any]:
    """Keep the columns that tie up to ``column``; a row of its own has a name of its own."""
    told = {name: row.get(name) for name in _READ[column]}
    if column == "identity":
        return {"source": f"row of {people[0]}", "identity": ";".join(people)}
    return {**told, "source": row["source"]}


def _largest(
    names: Sequence[Sequence[str]],
    groups: NDArray[np.int64],
    parts: Mapping[str, Sequence[int]] | None,
) -> dict[str, tuple[int, float]]:
    found = {}
    for part, places in ({"whole": range(len(names))} if parts is None else parts).items():
        held = groups[list(places)]
        if not len(held):
            continue
        numbers, counts = np.unique(held, return_counts=True)
        group, share = numbers[counts.argmax()], float(counts.max() / len(held))
        people = {
            name for place in np.flatnonzero(groups == group).tolist() for name in names[place]
        }
        if share > _SHARE and len(people) >= _MANY:
            found[part] = (len(people), share)
    return found

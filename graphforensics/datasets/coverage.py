"""How much of a data set is there."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphforensics._text import shown
from graphforensics.datasets.layout import absent
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.media.formats import VIDEO_SUFFIXES

_NAMED = 5
Kind = tuple[str, str]


@dataclass(frozen=True)
class Coverage:
    """The files of a data set beside what its lists name.

    Args:
        expected: ``(split, manipulation)`` -> videos that should be there.
        there: The same of those that are.
        missing: Paths that are named and not there.
        unknown: Videos beside known ones that nothing names; empty where a split was chosen.
        totals: Manipulation -> ``(there, published)`` where the authors tell a number only.
    """

    expected: dict[Kind, int]
    there: dict[Kind, int]
    missing: list[str]
    unknown: list[str]
    totals: dict[str, tuple[int, int]]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a dictionary that JSON takes."""
        kinds = [
            {
                "split": split,
                "manipulation": manipulation,
                "expected": count,
                "there": self.there.get((split, manipulation), 0),
            }
            for (split, manipulation), count in sorted(self.expected.items())
        ]
        totals = {name: {"there": a, "published": b} for name, (a, b) in self.totals.items()}
        return {
            "kinds": kinds,
            "missing": self.missing,
            "unknown": self.unknown,
            "totals": totals,
        }

    def lines(self) -> list[str]:
        """Return everything as lines of text."""
        total, there = sum(self.expected.values()), sum(self.there.values())
        lines = [f"{total} videos expected, {there} there, {len(self.missing)} missing"]
        for kind, count in sorted(self.expected.items()):
            if self.there.get(kind, 0) < count:
                words = " ".join(word for word in kind if word)
                lines.append(f"  {words}: {self.there.get(kind, 0)} of {count}")
        for name, (found, published) in self.totals.items():
            lines.append(f"  {name}: {found} there, {published} published (no list of names)")
        for word, paths in (("missing", self.missing), ("unknown", self.unknown)):
            if paths:
                rest = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
                lines.append(f"{word}: {', '.join(map(shown, paths[:_NAMED]))}{rest}")
        return lines


def coverage(dataset: VideoDataset) -> Coverage:
    """Compare the files of a data set with its own lists, by their names.

    What a data set has no list of (a folder whose files are all taken) is expected as it is there;
    :attr:`VideoDataset.totals` then says how many there should be.

    Args:
        dataset: The data set, opened with ``partial=True``.

    Example:
        >>> coverage(CelebDF("Celeb-DF-v2", "all", partial=True)).missing  # doctest: +SKIP
        []
    """
    records = dataset.expected()
    missing = set(absent(dataset.root, (record.path for record in records)))
    expected = Counter((record.split, record.manipulation) for record in records)
    there = Counter((r.split, r.manipulation) for r in records if r.path not in missing)
    found = Counter(record.manipulation for record in records if record.path not in missing)
    whole = dataset.split == "all"
    known = {record.path for record in records}
    return Coverage(
        expected=dict(expected),
        there=dict(there),
        missing=sorted(missing),
        unknown=sorted(_unknown(dataset.root, known)) if whole else [],
        totals={name: (found[name], count) for name, count in dataset.totals.items()}
        if whole
        else {},
    )


def _unknown(root: Path, known: set[str]) -> Iterator[str]:
    """Yield the videos that lie in the folders of known ones."""
    for folder in {os.path.dirname(path) for path in known}:
        place = root / folder
        for name in os.listdir(place) if place.is_dir() else ():
            path = f"{folder}/{name}" if folder else name
            video = os.path.splitext(name)[1].lower() in VIDEO_SUFFIXES
            if video and path not in known and not name.startswith("."):
                yield path

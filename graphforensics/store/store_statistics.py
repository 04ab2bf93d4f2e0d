"""Counts and sizes of a face store."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from graphforensics.store.columns import label_number
from graphforensics.store.face_store import FaceStore
from graphforensics.store.layout import TRACKS

#: Tracks that are opened for the sizes of faces, evenly over the store.
MEASURED = 200
_COUNTED = ("label", "manipulation", "dataset", "quality", "split")
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class StoreStatistics:
    """What a store holds.

    Args:
        sources: Files that were looked at.
        statuses: Status -> files.
        tracks: Face tracks.
        frames: Rows of all tracks.
        people: Identities that the tracks name; a forgery's several count each.
        unnamed: Tracks without an identity.
        bytes: Size of the track files on the disk; ``None`` for a store on a URL.
        face_sides: Least, median and greatest side of a face's box in frame pixels, over at most
            :data:`MEASURED` tracks; empty without a track.
        counts: Column of the metadata -> value -> tracks.
        options: How the store was extracted.
    """

    sources: int
    statuses: dict[str, int]
    tracks: int
    frames: int
    people: int
    unnamed: int
    bytes: int | None
    face_sides: tuple[float, ...]
    counts: dict[str, dict[str, int]]
    options: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a dictionary that JSON takes."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return everything as lines of text."""
        size = "" if self.bytes is None else f", {self.bytes / 2**20:.1f} MiB"
        statuses = ", ".join(f"{count} {name}" for name, count in self.statuses.items())
        lines = [
            f"{self.sources} files: {statuses or 'none'}",
            f"{self.tracks} face tracks of {self.people} named people "
            f"({self.unnamed} tracks without a name), {self.frames} frames{size}",
        ]
        if self.face_sides:
            least, middle, most = self.face_sides
            lines.append(f"faces: {least:.0f} to {most:.0f} pixels wide, median {middle:.0f}")
        for name, counts in self.counts.items():
            lines.append(f"{name}: {', '.join(f'{value} {n}' for value, n in counts.items())}")
        return lines


def store_statistics(store: FaceStore) -> StoreStatistics:
    """Count what a store holds; only boxes of some tracks are read, no picture is.

    Args:
        store: The store.

    Raises:
        StoreError: The store is damaged.

    Example:
        >>> store_statistics(FaceStore("faces")).tracks  # doctest: +SKIP
        120
    """
    manifest = store.manifest.to_pylist()
    rows = [row for row in manifest if row["track_id"] is not None]
    named = [[name for name in (row["identity"] or "").split(";") if name] for row in rows]
    status = {row["source"]: row["status"] for row in manifest}
    return StoreStatistics(
        sources=len(status),
        statuses=dict(sorted(Counter(status.values()).items())),
        tracks=len(rows),
        frames=sum(row["frames"] for row in rows),
        people=len({name for names in named for name in names}),
        unnamed=sum(not names for names in named),
        bytes=_bytes(store),
        face_sides=_sides(store),
        counts={name: counts for name in _COUNTED if (counts := _counts(rows, name))},
        options=store.options.to_dict(),
    )


def _counts(rows: list[dict[str, Any]], name: str) -> dict[str, int]:
    """Count the tracks by a column; a real face without a manipulation is called real."""
    words = [row.get(name) or _default(row, name) for row in rows]
    counts = Counter(words)
    return {} if set(counts) == {_UNKNOWN} else dict(sorted(counts.items()))


def _default(row: dict[str, Any], name: str) -> str:
    real = name == "manipulation" and row["label"] is not None and not label_number(row["label"])
    return "none" if real else _UNKNOWN


def _bytes(store: FaceStore) -> int | None:
    if not isinstance(store.root, Path):
        return None
    return sum(file.stat().st_size for file in (store.root / TRACKS).rglob("*.parquet"))


def _sides(store: FaceStore) -> tuple[float, ...]:
    places = np.unique(np.linspace(0, len(store) - 1, min(MEASURED, len(store))).astype(int))
    if not len(store):
        return ()
    boxes = np.concatenate([store[int(place)].boxes for place in places])
    sides = boxes[:, 2] - boxes[:, 0]
    return float(sides.min()), float(np.median(sides)), float(sides.max())

"""People, files and videos in two parts of a data set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from graphforensics.splits.leaks.leak_report import SharedName

Kind = Literal["identity", "file", "video", "origin"]
Row = Mapping[str, Any]


def shared_names(parts: Mapping[str, Sequence[Row]]) -> list[SharedName]:
    """Find what is in more than one part.

    Args:
        parts: Part -> rows with ``source`` (the file) and, as far as known, ``identity`` (several
            joined by ``;``), ``dataset``, ``video``, ``origin`` and ``sha256``.

    Returns:
        Everything shared, identities first, each with one file of each part.

    Example:
        >>> parts = {"train": [{"source": "a.mp4", "identity": "ada;eva"}],
        ...          "test": [{"source": "b.mp4", "identity": "eva"}]}
        >>> print(shared_names(parts)[0])
        identity eva is in train (a.mp4) and in test (b.mp4)
    """
    owners: dict[tuple[Kind, str], dict[str, str]] = {}
    for part, rows in parts.items():
        for row in rows:
            for name in _names(row):
                owners.setdefault(name, {}).setdefault(part, str(row["source"]))
    found = [
        SharedName(kind, name, files)
        for (kind, name), files in owners.items()
        if kind != "origin" and len(files) > 1
    ]
    found += _parted_from_origin(owners)
    order = ("identity", "file", "video", "origin")
    return sorted(found, key=lambda shared: (order.index(shared.kind), shared.name))


def people(row: Row) -> list[str]:
    """Return who is seen."""
    words = str(row.get("identity") or "").split(";")
    return [word.strip() for word in words if word.strip()]


def _names(row: Row) -> Iterator[tuple[Kind, str]]:
    for person in people(row):
        yield "identity", person
    yield "file", str(row["source"])
    if row.get("sha256"):
        yield "file", f"sha256 {row['sha256']}"
    if row.get("video") and row["video"] != row["source"]:
        yield "video", f"{row.get('dataset') or ''}/{row['video']}"
    if row.get("origin"):
        yield "origin", str(row["origin"])


def _parted_from_origin(
    owners: Mapping[tuple[Kind, str], Mapping[str, str]],
) -> Iterator[SharedName]:
    """Find forgeries whose real video is in another part."""
    for (kind, name), forged in owners.items():
        if kind != "origin":
            continue
        real = owners.get(("file", name), {})
        apart = {part: file for part, file in forged.items() if part not in real}
        if real and apart:
            yield SharedName("origin", name, {**apart, **real})

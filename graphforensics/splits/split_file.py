"""A parting of a data set as a file: ``split.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graphforensics.errors import MissingDataError
from graphforensics.splits.official_split import OFFICIAL, official_split
from graphforensics.splits.split import identity_groups
from graphforensics.store.columns import PARTS
from graphforensics.store.store_names import distinct_names, is_named, own_source

_FORMAT = "graphforensics split"
_VERSION = 1
_SHOWN = ("track_id", "source", "label", "identity")


def split_document(
    rows: Sequence[Mapping[str, Any]], parts: Mapping[str, Sequence[int]], seed: int | None = None
) -> dict[str, Any]:
    """Describe which track and which identity went into which part, ready for JSON.

    Args:
        rows: Mappings with ``track_id`` (``None`` for a source without a face), ``source``,
            ``label``, ``identity`` and, where it is known, ``store``. An entry names its store only
            where another store has a track of that name.
        parts: Positions of the rows of each part.
        seed: Seed that the parting was made with.

    Example:
        >>> rows = [{"track_id": "a-1/track_000", "source": "a.mp4", "label": "real"}]
        >>> split_document(rows, {"train": [0]})["parts"]["train"][0]["source"]
        'a.mp4'
    """
    stores = _stores(rows)
    entries = {
        part: [_entry(rows[position], stores) for position in positions]
        for part, positions in parts.items()
    }
    return {"format": _FORMAT, "version": _VERSION, "seed": seed, "parts": entries}


def read_split(
    path: str | Path, rows: Sequence[Mapping[str, Any]], required: Sequence[str] = PARTS
) -> dict[str, list[int]]:
    """Find the parts of a ``split.json`` again among the rows of a table.

    Args:
        path: The file, or ``"official"`` for the split that ``rows`` name themselves (see
            :func:`~graphforensics.splits.official_split.official_split`).
        rows: Mappings with ``track_id``, ``source`` and what
            :func:`~graphforensics.splits.split.identity_groups` reads.
        required: Parts whose every track must be among ``rows``.

    Returns:
        Positions of the rows of each part, ascending. Rows that the file does not name are in none.

    Raises:
        MissingDataError: The file cannot be read or is no split, tracks of a required part are
            not among the rows, or one identity is in two parts.
    """
    if str(path) == OFFICIAL:
        return official_split(rows, required)
    parts = find_parts(path, rows, required)
    _refuse_leaks(path, rows, parts)
    return parts


def find_parts(
    path: str | Path, rows: Sequence[Mapping[str, Any]], required: Sequence[str] = PARTS
) -> dict[str, list[int]]:
    """Read a ``split.json`` as :func:`read_split` does, though identities may be in two parts.

    Args:
        path: The file.
        rows: Mappings with ``track_id`` and ``source``.
        required: Parts whose every track must be among ``rows``.

    Returns:
        Positions of the rows of each part, ascending.

    Raises:
        MissingDataError: The file cannot be read or is no split, or tracks of a required part are
            not among the rows.
    """
    entries = split_entries(path)
    places: dict[str, list[int]] = {}
    for position, row in enumerate(rows):
        places.setdefault(_name(row), []).append(position)
    parts: dict[str, list[int]] = {}
    for part in PARTS:
        wanted = entries.get(part, [])
        found = [_found(path, entry, rows, places) for entry in wanted]
        missing = [entry for entry, place in zip(wanted, found, strict=True) if place is None]
        if missing and part in required:
            of = f" of store {missing[0]['store']}" if missing[0].get("store") else ""
            raise MissingDataError(
                f"{path}: {len(missing)} of the {len(wanted)} entries of part '{part}' are not in "
                f"the stores given, among them {_name(missing[0])}{of}; give every store the "
                "split is of"
            )
        parts[part] = sorted(place for place in found if place is not None)
    return parts


def _found(
    path: str | Path,
    entry: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    places: Mapping[str, Sequence[int]],
) -> int | None:
    """Find the row of an entry.

    Raises:
        MissingDataError: Several stores have it, and the entry does not say which is meant.
    """
    found = places.get(_name(entry), [])
    if entry.get("store"):
        found = [n for n in found if is_named(str(rows[n].get("store") or ""), entry["store"])]
    if len({rows[place].get("store") for place in found}) > 1:
        stores = " and ".join(str(rows[place].get("store")) for place in found[:2])
        raise MissingDataError(
            f"{path}: {_name(entry)} is in {stores}, and the split does not say which is meant; "
            "give only the stores the split is of"
        )
    return found[-1] if found else None


def _stores(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Map each name that several stores have to the stores' distinct names."""
    owners: dict[str, dict[str, None]] = {}
    for row in rows:
        owners.setdefault(_name(row), {})[str(row.get("store") or "")] = None
    return {name: distinct_names(list(held)) for name, held in owners.items() if len(held) > 1}


def _entry(row: Mapping[str, Any], stores: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    entry = {name: row.get(name) for name in _SHOWN}
    if _name(row) in stores:
        entry["store"] = stores[_name(row)][str(row.get("store") or "")]
    return entry


def split_entries(path: str | Path) -> dict[str, list[dict[str, Any]]]:
    """Read what a ``split.json`` says of each part, whatever is there of it.

    Args:
        path: The file.

    Returns:
        Part -> entries with ``source`` and, where they are known, ``track_id``, ``label``,
        ``identity`` and ``store``.

    Raises:
        MissingDataError: The file cannot be read or is no split.
    """
    path = Path(path)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MissingDataError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise MissingDataError(f"{path}: not a split, as it is not valid JSON ({error})") from error
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise MissingDataError(f"{path}: not a split ('format' must be {_FORMAT!r})")
    if document.get("version") != _VERSION:
        raise MissingDataError(
            f"{path}: split version {document.get('version')!r} is not known to this version"
        )
    parts = document.get("parts")
    if not isinstance(parts, dict) or not all(_is_part(part) for part in parts.values()):
        raise MissingDataError(f"{path}: damaged, 'parts' must map each part to its tracks")
    return parts


def _is_part(entries: object) -> bool:
    return isinstance(entries, list) and all(
        isinstance(entry, dict) and isinstance(entry.get("source"), str) for entry in entries
    )


def _name(entry: Mapping[str, Any]) -> str:
    """Name a track, or a source without one, the same way in the file and in the table."""
    source = own_source(str(entry["source"]), entry.get("store"))
    return str(entry.get("track_id") or f"{source} (no face)")


def _refuse_leaks(
    path: str | Path, rows: Sequence[Mapping[str, Any]], parts: Mapping[str, Sequence[int]]
) -> None:
    groups = identity_groups(rows)
    first: dict[int, tuple[str, int]] = {}
    for part, positions in parts.items():
        for position in positions:
            other, place = first.setdefault(int(groups[position]), (part, position))
            if other != part:
                who = rows[position].get("identity") or rows[position]["source"]
                raise MissingDataError(
                    f"{path}: {who} is in part '{part}' with {rows[position]['source']} and in "
                    f"part '{other}' with {rows[place]['source']}: the figures would be flattered"
                )

"""Parting a data set so that no person is in two parts."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Hashable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphforensics.errors import MissingDataError
from graphforensics.store.columns import LABELS
from graphforensics.store.columns import PARTS as PARTS
from graphforensics.store.store_names import own_source

_ATTEMPTS = 20


def identity_groups(rows: Sequence[Mapping[str, Any]]) -> NDArray[np.int64]:
    """Number the groups of rows that may never be parted.

    Rows belong together when they share an identity, a file, a video of one data set, or the
    file that a forgery was made from, and so does everything that is linked through a third row.
    Equal names of identities mean one person, also across data sets: to merge two people costs
    a little balance, to part one person in two would leak.

    Args:
        rows: Mappings with ``source`` (the file); ``identity`` (several joined by ``;``, as of a
            face swap), ``dataset``, ``video`` and ``origin`` (the file that a forgery was made
            from, whole or the end of its path) may be missing, empty or ``None``. Files that two
            stores call the same are one where no identity is named.

    Returns:
        Group of each row ``[n]``, counted from 0 in order of first appearance.

    Example:
        >>> rows = [{"source": "a", "identity": "x"}, {"source": "b", "identity": "y"},
        ...         {"source": "c", "identity": "x;y"}, {"source": "d", "identity": "z"}]
        >>> identity_groups(rows)
        array([0, 0, 0, 1])
    """
    parents: dict[Hashable, Hashable] = {}
    ends = _path_ends(rows)
    names = [[*_names(row), *_origins(row, ends)] for row in rows]
    for linked in names:
        roots = [_root(parents, name) for name in linked]
        for root in roots[1:]:
            parents[root] = _root(parents, roots[0])
    numbers: dict[Hashable, int] = {}
    return np.array(
        [numbers.setdefault(_root(parents, linked[0]), len(numbers)) for linked in names],
        dtype=np.int64,
    )


def identity_split(
    rows: Sequence[Mapping[str, Any]],
    fractions: tuple[float, float, float] = (0.7, 0.15, 0.15),
    seed: int = 0,
    classes: Sequence[str] = LABELS,
) -> dict[str, list[int]]:
    """Part rows into train, val and test so that no identity is in two of them.

    Groups (see :func:`identity_groups`) are dealt out in a random order, each to the part that
    gains most on its share of both classes; the best of several such deals is improved by
    moving single groups. A row without an identity is kept with its source video only, which a
    warning says.

    Args:
        rows: Mappings with ``label`` (``"real"`` or ``"fake"``) and what
            :func:`identity_groups` reads. A row whose ``status`` is there and not ``"ok"`` is a
            file without a face: it goes with its people, but does not make up for a class.
        fractions: Shares of train, val and test, not negative; they are scaled to sum to 1.
        seed: Equal seeds and rows give equal parts.
        classes: Labels that no part with a share may lack.

    Returns:
        Positions of the rows of each of :data:`PARTS`, ascending. A part with share 0 is empty.

    Raises:
        ValueError: ``fractions`` are negative or all 0.
        MissingDataError: A row has no label, or some part would lack one of ``classes``.

    Example:
        >>> rows = [{"source": f"{p}-{c}", "identity": p, "label": c}
        ...         for p in "abcdefgh" for c in ("real", "fake")]
        >>> parts = identity_split(rows, (0.5, 0.25, 0.25))
        >>> [len(parts[part]) for part in ("train", "val", "test")]
        [8, 4, 4]
    """
    shares = _shares(fractions)
    counts, members = _count(rows)
    _warn_of_unknown(rows)
    rng = np.random.default_rng(seed)
    deals = [_deal(counts, shares, rng.permutation(len(counts))) for _ in range(_ATTEMPTS)]
    owner = _improve(min(deals, key=lambda deal: deal[0])[1], counts, shares)
    parts: dict[str, list[int]] = {
        part: np.flatnonzero(owner[members] == number).tolist() for number, part in enumerate(PARTS)
    }
    for part, share in zip(PARTS, shares, strict=True):
        if share:
            _require_classes(rows, parts[part], part, len(counts), classes)
    return parts


def _names(row: Mapping[str, Any]) -> list[Hashable]:
    """List the names that tie a row to others; the file's own name always is one."""
    names: list[Hashable] = [("file", str(row["source"]))]
    if not row.get("identity"):
        # Files of one name in two stores may be one video in two qualities.
        names.append(("file", own_source(str(row["source"]), row.get("store"))))
    if row.get("video"):
        names.append(("video", str(row.get("dataset") or ""), str(row["video"])))
    names += [("identity", person) for person in _people(row)]
    return names


def _tails(path: str) -> list[str]:
    """List the ends of a path, the whole first: ``a/b/c``, ``b/c``, ``c``."""
    parts = PurePath(path).parts
    return [str(PurePath(*parts[start:])) for start in range(len(parts))]


def _path_ends(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Map every end of a file's path to the files that have it; needed only for origins."""
    if not any(row.get("origin") for row in rows):
        return {}
    ends: dict[str, list[str]] = {}
    for source in {str(row["source"]): None for row in rows}:
        for tail in _tails(source):
            ends.setdefault(tail, []).append(source)
    return ends


def _origins(row: Mapping[str, Any], ends: dict[str, list[str]]) -> list[Hashable]:
    """List the files that the row's origin may mean, and the origin's own name."""
    if not row.get("origin"):
        return []
    whole, *shorter = _tails(str(row["origin"]))
    files = {whole, *ends.get(whole, []), *(tail for tail in shorter if tail in ends.get(tail, []))}
    return [("file", file) for file in sorted(files)]


def _people(row: Mapping[str, Any]) -> list[str]:
    words = str(row.get("identity") or "").split(";")
    return [word.strip() for word in words if word.strip()]


def _root(parents: dict[Hashable, Hashable], name: Hashable) -> Hashable:
    while (parent := parents.setdefault(name, name)) != name:
        parents[name] = parents[parent]
        name = parent
    return name


def _shares(fractions: tuple[float, float, float]) -> NDArray[np.float64]:
    shares = np.asarray(fractions, dtype=np.float64)
    if shares.shape != (3,) or not (shares >= 0).all() or not shares.sum() > 0:
        raise ValueError(f"'fractions' must be three shares, not negative (got {fractions})")
    normalized: NDArray[np.float64] = shares / shares.sum()
    return normalized


def _count(rows: Sequence[Mapping[str, Any]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count each group's rows by class; return that and the group of each row."""
    members = identity_groups(rows)
    counts = np.zeros((int(members.max(initial=-1)) + 1, len(LABELS)), dtype=np.int64)
    for row, group in zip(rows, members, strict=True):
        if row.get("label") not in LABELS:
            raise MissingDataError(
                f"{row['source']}: no label (got {row.get('label')!r}); "
                "give 'real' or 'fake' to every file"
            )
        counts[group, LABELS.index(row["label"])] += 1
    return counts, members


def _deal(
    counts: NDArray[np.int64], shares: NDArray[np.float64], order: NDArray[np.int64]
) -> tuple[float, NDArray[np.int64]]:
    """Deal groups out one by one; return how far the result is off, and each group's part."""
    total = np.maximum(counts.sum(axis=0), 1)
    held = np.zeros((len(shares), len(LABELS)))
    owner = np.zeros(len(counts), dtype=np.int64)
    for group in order:
        share = counts[group] / total
        # By how much the squared distance to the wanted shares falls if the part takes the group.
        gain = ((held - shares[:, None]) ** 2 - (held + share - shares[:, None]) ** 2).sum(axis=1)
        gain[shares == 0] = -np.inf
        owner[group] = int(np.argmax(gain / np.maximum(shares, 1e-9)))
        held[owner[group]] += share
    return _off(held, shares), owner


def _off(held: NDArray[np.float64], shares: NDArray[np.float64]) -> float:
    """Say how far the parts are from their shares; a part without a class is worse than any."""
    lacking = int(((held <= 0) & (shares > 0)[:, None]).sum())
    return 10.0 * lacking + float(((held - shares[:, None]) ** 2).sum())


def _improve(
    owner: NDArray[np.int64], counts: NDArray[np.int64], shares: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Move single groups to other parts for as long as that brings the parts closer."""
    weights = counts / np.maximum(counts.sum(axis=0), 1)
    held = np.stack([weights[owner == part].sum(axis=0) for part in range(len(shares))])
    owner, best, moved = owner.copy(), _off(held, shares), True
    while moved:
        moved = False
        for group, part in itertools.product(range(len(counts)), np.flatnonzero(shares)):
            trial = held.copy()
            trial[owner[group]] -= weights[group]
            trial[part] += weights[group]
            # Sums of shares leave a residue where a part gave its last group away.
            trial[np.abs(trial) < 1e-12] = 0.0
            if (off := _off(trial, shares)) < best - 1e-9:
                held, owner[group], best, moved = trial, part, off, True
    return owner


def _warn_of_unknown(rows: Sequence[Mapping[str, Any]]) -> None:
    unknown = sum(not _people(row) for row in rows)
    if unknown:
        warnings.warn(
            f"{unknown} of {len(rows)} tracks name no identity and are kept together by their "
            "source video only: one person may be in two parts, which flatters the figures",
            stacklevel=3,
        )


def _require_classes(
    rows: Sequence[Mapping[str, Any]],
    positions: list[int],
    part: str,
    groups: int,
    classes: Sequence[str],
) -> None:
    held = [rows[position] for position in positions]
    present = {row["label"] for row in held if (row.get("status") or "ok") == "ok"}
    missing = [name for name in classes if name not in present]
    _require_any(rows, missing)
    if missing:
        raise MissingDataError(
            f"part '{part}' would hold no {' and no '.join(missing)} face track: {len(rows)} "
            f"tracks of {groups} separate identities are too few to part; "
            "add people or change the shares"
        )


def _require_any(rows: Sequence[Mapping[str, Any]], classes: Sequence[str]) -> None:
    """Raise MissingDataError for a class of which there is no face at all: no shares help."""
    seen = [row["label"] for row in rows if (row.get("status") or "ok") == "ok"]
    lacking = next((name for name in classes if name not in seen), None)
    if lacking == "fake":
        raise MissingDataError(
            f"none of the {len(seen)} face tracks is labelled fake: name the fakes ('extract "
            "--metadata', '--labels'), add some ('graphforensics forge'), or learn from real "
            "faces alone ('train --pseudo-fakes')"
        )
    if lacking is not None:
        raise MissingDataError(
            f"none of the {len(seen)} face tracks is labelled {lacking}: name them ('extract "
            "--metadata', '--labels') or add some"
        )

"""Which tracks show one scene: a video and the forgeries that were made from it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray


def forgery_groups(rows: Sequence[Mapping[str, Any]]) -> NDArray[np.int64]:
    """Number the scene that each track shows.

    Tracks of one video of one data set show one scene, and so do a video and every forgery whose
    ``origin`` is it. In FaceForensics++ the real video is ``000`` and its forgeries are
    ``000_003``: the name alone does not tell. Forgeries of one origin belong together even where
    the origin itself is not among the rows.

    Args:
        rows: Mappings with ``source`` (the file); ``store``, ``dataset``, ``video`` and
            ``origin`` (the file that a forgery was made from, whole or the end of its path) may
            be missing, empty or ``None``. An end that several files share means none of them.

    Returns:
        Group of each row ``[n]``, counted from 0 in order of first appearance.

    Example:
        >>> rows = [{"source": "real/000.mp4", "video": "000"},
        ...         {"source": "fake/000_003.mp4", "video": "000_003", "origin": "real/000.mp4"},
        ...         {"source": "real/003.mp4", "video": "003"}]
        >>> forgery_groups(rows).tolist()
        [0, 0, 1]
    """
    files = _Files(rows)
    parents: dict[Hashable, Hashable] = {}
    own: list[Hashable] = []
    for row in rows:
        names = _names(row, files)
        roots = [_root(parents, name) for name in names]
        for root in roots[1:]:
            parents[_root(parents, root)] = _root(parents, roots[0])
        own.append(names[0])
    numbers: dict[Hashable, int] = {}
    found = [numbers.setdefault(_root(parents, name), len(numbers)) for name in own]
    return np.array(found, dtype=np.int64)


class _Files:
    """The files of some rows by what an origin may call them."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.exact: dict[str, set[Hashable]] = {}
        self.ends: dict[str, set[Hashable]] = {}
        if any(row.get("origin") for row in rows):
            for store, source in {_place(row): None for row in rows}:
                file = ("file", store, source)
                self.exact.setdefault(source, set()).add(file)
                for tail in _tails(source):
                    self.ends.setdefault(tail, set()).add(file)

    def named(self, store: str, origin: str) -> Hashable:
        """Return the file that an origin means: in its own store if it is there, else in any."""
        here = ("file", store, origin)
        whole, *shorter = _tails(origin)
        found = self.exact.get(origin, set())
        if here in found:
            return here
        for there in (found, self.ends.get(whole), *(self.exact.get(tail) for tail in shorter)):
            if there is not None and len(there) == 1:
                return next(iter(there))
        return ("origin", store, origin)


def _names(row: Mapping[str, Any], files: _Files) -> list[Hashable]:
    """List what ties a row to others, its own file first."""
    store, source = _place(row)
    names: list[Hashable] = [("file", store, source)]
    if row.get("video"):
        names.append(("video", str(row.get("dataset") or ""), str(row["video"])))
    if row.get("origin"):
        names.append(files.named(store, str(row["origin"])))
    return names


def _place(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row.get("store") or ""), str(row["source"])


def _tails(path: str) -> list[str]:
    """List the ends of a path, the whole first: ``a/b/c``, ``b/c``, ``c``."""
    parts = PurePath(path).parts
    return [str(PurePath(*parts[start:])) for start in range(len(parts))]


def _root(parents: dict[Hashable, Hashable], name: Hashable) -> Hashable:
    while (above := parents.setdefault(name, name)) != name:
        parents[name] = name = parents[above]
    return name

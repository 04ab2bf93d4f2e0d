"""Telling the files of several stores apart."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(::|://)")


def distinct_names(stores: Sequence[str]) -> dict[str, str]:
    """Name each store by the shortest end of its path that no other one has.

    Args:
        stores: Paths or URLs, each of another place.

    Example:
        >>> distinct_names(["/data/a/faces", "/data/b/faces", "/data/drawn"])
        {'/data/a/faces': 'a/faces', '/data/b/faces': 'b/faces', '/data/drawn': 'drawn'}
    """
    return {store: _distinct(store, [one for one in stores if one != store]) for store in stores}


def is_named(store: str, name: str) -> bool:
    """Say whether a store is the one of a name that :func:`distinct_names` gave it.

    Example:
        >>> is_named("/data/a/faces", "a/faces"), is_named("/data/b/faces", "a/faces")
        (True, False)
    """
    wanted = name.split("/")
    return _parts(store)[-len(wanted) :] == wanted


def own_source(source: str, store: str | None) -> str:
    """Return the name that a store itself has for a file, without its own name before it.

    Args:
        source: Name of the file in a table of several stores.
        store: Path or URL of the store; ``None`` where it is unknown.

    Example:
        >>> own_source("a/faces/real/1.mp4", "/data/a/faces"), own_source("real/1.mp4", "/data/a")
        ('real/1.mp4', 'real/1.mp4')
    """
    path = source.split("/")
    ends = _parts(store) if store else []
    for length in range(min(len(ends), len(path) - 1), 0, -1):
        if path[:length] == ends[-length:]:
            return "/".join(path[length:])
    return source


def _distinct(store: str, others: Sequence[str]) -> str:
    path = _parts(store)
    for length in range(1, len(path)):
        end = path[-length:]
        if not any(_parts(other)[-length:] == end for other in others):
            return "/".join(end)
    return "/".join(path)


def _parts(store: str) -> list[str]:
    path = store if _SCHEME.match(store) else os.path.abspath(store).replace(os.sep, "/")
    return [part for part in path.split("/") if part]

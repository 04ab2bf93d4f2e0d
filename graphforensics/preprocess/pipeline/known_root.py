"""The folder that the names in a store are relative to, told by what is in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from graphforensics.errors import GraphForensicsError
from graphforensics.store.layout import source_key, source_name
from graphforensics.store.manifest import source_keys
from graphforensics.store.remote_path import StorePath
from graphforensics.store.store_writer import read_record

#: Files that are looked at; one that has not changed is enough.
_LOOKED_AT = 64

Root = str | Path | None


def known_root(
    store: StorePath, files: Sequence[Path], default: Root, content: Callable[[str], str]
) -> Root:
    """Return the folder that sources are named relative to, so that known files keep their names.

    A store is extracted with a table of metadata, whose folder names are relative to, and later
    without it, or with one that lies elsewhere. Where no file has the name that it would be given
    now, but one with the same content has another name, that name tells the folder.

    Args:
        store: Folder or URL of the store; it need not be there.
        files: The files of the run.
        default: The folder that names would be relative to; ``None`` for absolute names.
        content: Returns the SHA-256 of a file.
    """
    known = set(source_keys(store))
    if not known or any(source_key(source_name(file, default)) in known for file in files):
        return default
    for file in islice(files, _LOOKED_AT):
        for root in (None, *Path(os.path.abspath(file)).parents):
            key = source_key(source_name(file, root))
            if key in known and _has_content(store, key, file, content):
                return root
    return default


def _has_content(store: StorePath, key: str, file: Path, content: Callable[[str], str]) -> bool:
    record = read_record(store, key)
    if record is None or not record.sha256:
        return False
    try:
        return record.sha256 == content(str(file))
    except GraphForensicsError:
        return False

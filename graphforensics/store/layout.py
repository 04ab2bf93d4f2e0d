"""Where things lie in a face store, and its header ``store.json``."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any

from graphforensics.errors import StoreError, StoreVersionError
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.remote_path import RemotePath, StorePath

FORMAT = "graphforensics face store"
#: Grows when an older library could not read what a newer one writes.
VERSION = 1
HEADER = "store.json"
MANIFEST = "manifest.parquet"
TRACKS = "tracks"
PARTIAL = ".partial"
LOCK = ".lock"
RECORD = "source.json"

_READABLE = 48


def source_name(path: str | Path, root: str | Path | None = None) -> str:
    """Name a file the same way in every run.

    A file below ``root`` is named by its path relative to it, any other file by its
    absolute path: two files never share a name, and the store does not depend on the
    folder that the program was called in.

    Args:
        path: The file; links are not followed.
        root: Folder that the names are relative to; ``None`` names every file absolutely.

    Example:
        >>> source_name("/data/real/anna.mp4", root="/data")
        'real/anna.mp4'
    """
    absolute = PurePath(os.path.abspath(path))
    if root is not None:
        base = PurePath(os.path.abspath(root))
        if absolute != base and absolute.is_relative_to(base):
            absolute = absolute.relative_to(base)
    # File names are bytes on Linux; Parquet and JSON want text that can be encoded.
    return os.fsencode(absolute.as_posix()).decode("utf-8", "backslashreplace")


def source_key(name: str) -> str:
    """Return the folder name of a source: readable, portable, and its own.

    Twelve hexadecimal digits of the SHA-256 of the whole name follow the sanitised stem, so
    that files of the same stem in two folders, or in two formats, do not meet.

    Args:
        name: What :func:`source_name` returned.

    Example:
        >>> source_key("real/anna bell.mp4")
        'anna_bell-bb95046b5795'
    """
    stem = re.sub(r"[^A-Za-z0-9]+", "_", PurePath(name).stem).strip("_")[:_READABLE]
    digest = hashlib.sha256(name.encode("utf-8")).hexdigest()[:12]
    return f"{stem or 'source'}-{digest}"


def write_whole(path: StorePath, data: bytes) -> None:
    """Write a small file whole or not at all, down to the disk."""
    if isinstance(path, RemotePath):
        path.write_whole(data)
        return
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def write_json(path: StorePath, values: Mapping[str, Any]) -> None:
    """Write a small JSON file whole or not at all, the same bytes for the same values."""
    text = json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    write_whole(path, text.encode("utf-8"))


def read_json(path: StorePath) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        StoreError: The file is missing, cannot be read, or holds no JSON object.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{path}: damaged, not valid JSON ({error})") from error
    if not isinstance(values, dict):
        raise StoreError(f"{path}: damaged, not a JSON object")
    return values


def sync_folder(path: Path) -> None:
    """Make renames within a folder survive a power cut."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_header(root: StorePath, options: ExtractionOptions) -> None:
    """Write ``store.json``."""
    header = {"format": FORMAT, "version": VERSION, "options": options.to_dict()}
    write_json(root / HEADER, header)


def read_header(root: StorePath) -> ExtractionOptions:
    """Check ``store.json`` and return the options that the store was made with.

    Raises:
        StoreVersionError: A newer version of the library wrote the store.
        StoreError: There is no store at ``root``, or its header is damaged.
    """
    path = root / HEADER
    try:
        there, folder = path.is_file(), root.is_dir()
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror or error})") from error
    if not there:
        where = "no such folder" if not folder else f"it has no {HEADER}"
        raise StoreError(
            f"{root}: not a face store ({where}); make one with: graphforensics extract"
        )
    header = read_json(path)
    if header.get("format") != FORMAT:
        raise StoreError(f"{path}: 'format' must be {FORMAT!r} (got {header.get('format')!r})")
    _check_version(path, header.get("version"))
    options = header.get("options")
    try:
        return ExtractionOptions.from_dict(options if isinstance(options, dict) else {"": options})
    except (TypeError, ValueError) as error:
        raise StoreError(f"{path}: damaged, bad extraction options ({error})") from error


def _check_version(path: StorePath, version: object) -> None:
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise StoreError(f"{path}: damaged, 'version' must be a number from 1 (got {version!r})")
    if version > VERSION:
        raise StoreVersionError(
            f"{path}: written by a newer graphforensics (store version {version}, this one reads "
            f"up to {VERSION}); upgrade with: pip install --upgrade graphforensics"
        )

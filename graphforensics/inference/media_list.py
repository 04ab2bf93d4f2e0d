"""The files that a user means, some named in tables."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from graphforensics.errors import MissingDataError
from graphforensics.media.source_files import find_media


def media_list(paths: Iterable[str | Path]) -> tuple[list[Path], list[tuple[str, str]]]:
    """Turn files, folders, patterns and tables into a list of files.

    Args:
        paths: As for :func:`~graphforensics.media.source_files.find_media`, or CSV tables with a
            column ``file`` of paths relative to the table's folder, or absolute.

    Returns:
        The files, each once, in the order given, and ``(path, reason)`` for each pattern, folder
        or table without any.

    Raises:
        MissingDataError: A table cannot be read, or has no column ``file``.
    """
    named: list[str | Path] = []
    empty: list[tuple[str, str]] = []
    for path in paths:
        rows = _rows(Path(path)) if is_table(path) else [Path(path)]
        named += rows
        if not rows:
            empty.append((str(path), "no file is named in this table"))
    files, without = find_media(named)
    return files, [*empty, *without]


def is_table(path: str | Path) -> bool:
    """Say whether a path is a CSV table that is there."""
    return Path(path).suffix.lower() == ".csv" and Path(path).is_file()


def _rows(table: Path) -> list[Path]:
    try:
        with open(table, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if "file" not in (reader.fieldnames or ()):
                raise MissingDataError(f"{table}: no column 'file' (columns: {reader.fieldnames})")
            names = [(row["file"] or "").strip() for row in reader]
    except OSError as error:
        raise MissingDataError(f"{table}: cannot be read ({error.strerror or error})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise MissingDataError(f"{table}: not a CSV table in UTF-8 ({error})") from error
    return [table.absolute().parent / name for name in names if name]

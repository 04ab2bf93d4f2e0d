"""Looking at what lies in the folder of a data set."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from graphforensics.errors import MissingDataError
from graphforensics.media.formats import IMAGE_SUFFIXES, VIDEO_SUFFIXES


def videos_in(folder: Path) -> list[str]:
    """Return the names of the videos of a folder, sorted; hidden files are passed over."""
    return _named(folder, VIDEO_SUFFIXES)


def images_in(folder: Path) -> list[str]:
    """Return the names of the images of a folder, by the numbers in them where they have some."""
    return sorted(_named(folder, IMAGE_SUFFIXES), key=_number)


def folders_in(folder: Path) -> list[str]:
    """Return the names of the folders of a folder, by the numbers in them where they have some."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.is_dir() and entry.name[0] != "."]
    return sorted(names, key=_number)


def absent(root: Path, paths: Iterable[str]) -> list[str]:
    """Return which of the files below ``root`` are not there; each folder is listed once."""
    listed: dict[Path, set[str]] = {}
    lacking = []
    for path in paths:
        place = root / path
        if place.parent not in listed:
            there = place.parent.is_dir()
            listed[place.parent] = set(os.listdir(place.parent)) if there else set()
        if place.name not in listed[place.parent]:
            lacking.append(path)
    return lacking


def first_of(root: Path, names: Sequence[str]) -> Path | None:
    """Return the first of several places that exists."""
    return next((root / name for name in names if (root / name).exists()), None)


def read_json(path: Path) -> Any:
    """Read a JSON file of a data set.

    Raises:
        MissingDataError: It cannot be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise MissingDataError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise MissingDataError(f"{path}: not valid JSON ({error}); load it again") from error


def read_lines(path: Path) -> list[str]:
    """Read the lines of a list that are not empty.

    Raises:
        MissingDataError: It cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise MissingDataError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise MissingDataError(f"{path}: not a text in UTF-8 ({error})") from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_table(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV table that has some columns.

    Raises:
        MissingDataError: It cannot be read or lacks a column.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise MissingDataError(f"{path}: no column {missing[0]!r} ({reader.fieldnames})")
            for row in reader:
                yield {name: (value or "").strip() for name, value in row.items() if name}
    except OSError as error:
        raise MissingDataError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise MissingDataError(f"{path}: not a CSV table in UTF-8 ({error})") from error


def _named(folder: Path, suffixes: frozenset[str]) -> list[str]:
    if not folder.is_dir():
        return []
    names = (name for name in os.listdir(folder) if not name.startswith("."))
    return sorted(name for name in names if Path(name).suffix.lower() in suffixes)


def _number(name: str) -> tuple[bool, int, str]:
    stem = Path(name).stem
    return (not stem.isdecimal(), int(stem) if stem.isdecimal() else 0, name)

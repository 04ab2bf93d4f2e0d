"""What a user knows about the files: labels, identities, manipulations."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath

from graphforensics.errors import MissingDataError
from graphforensics.store.columns import COLUMNS, LABELS


class MetadataTable:
    """A CSV with a row a file, found by path.

    The column ``file`` holds paths relative to the folder of the table, or absolute ones. Any of
    ``label`` ("real" or "fake"), ``identity``, ``manipulation`` (or ``system``), ``dataset``,
    ``video``, ``source`` (the file a forgery was made from; ``origin`` in the manifest), ``mask``,
    ``quality`` (of the compression) and ``split`` (train, val or test) may follow; other columns
    are passed over, empty fields are unknown.

    Args:
        path: The CSV file, UTF-8.

    Raises:
        MissingDataError: It cannot be read, has no column ``file``, names a file twice, or holds
            a label that is neither real nor fake.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.folder = Path(os.path.abspath(path)).parent
        self._rows: dict[str, dict[str, str]] = {}
        for line, row in _read(self.path):
            name = os.path.abspath(self.folder / row["file"].strip())
            if name in self._rows:
                raise MissingDataError(f"{path}, line {line}: {row['file']} is named twice")
            self._rows[name] = _wanted(row, f"{path}, line {line}")
        self._tails: dict[str, list[tuple[str, ...]]] = {}
        for name in self._rows:
            if PurePath(name).is_relative_to(self.folder):
                parts = PurePath(name).relative_to(self.folder).parts
                self._tails.setdefault(parts[-1], []).append(parts)

    def __len__(self) -> int:
        return len(self._rows)

    def match(self, paths: Iterable[str | Path]) -> dict[str, Mapping[str, str]]:
        """Return what is known about each file, by absolute path; files not in the table lack.

        A file that does not lie where the table says is found by the end of its path: data
        sets are moved, their inner order stays. The row whose whole ``file`` fits and is longest
        counts.

        Raises:
            MissingDataError: One row fits several files, so that a label might be wrong.
        """
        absolute = [os.path.abspath(path) for path in paths]
        owners = {path: path for path in absolute if path in self._rows}
        for path in absolute:
            name = self._by_tail_of(path)
            if path in owners or name is None or name in absolute:
                continue
            if owners.setdefault(name, path) != path:
                raise MissingDataError(
                    f"{self.path}: the row of {os.path.relpath(name, self.folder)} fits both "
                    f"{owners[name]} and {path}; write longer paths into the column 'file'"
                )
        return {path: self._rows[name] for name, path in owners.items()}

    def _by_tail_of(self, path: str) -> str | None:
        parts = PurePath(path).parts
        fits = [tail for tail in self._tails.get(parts[-1], ()) if tail == parts[-len(tail) :]]
        return str(self.folder.joinpath(*max(fits, key=len))) if fits else None

    def masks(self) -> list[Path]:
        """Return the files that are masks of others, not media to look for faces in."""
        return [self.folder / row["mask"] for row in self._rows.values() if row.get("mask")]


def _read(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if "file" not in (reader.fieldnames or ()):
                raise MissingDataError(f"{path}: no column 'file' (columns: {reader.fieldnames})")
            for row in reader:
                if (row["file"] or "").strip():
                    yield reader.line_num, row
    except OSError as error:
        raise MissingDataError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise MissingDataError(f"{path}: not a CSV table in UTF-8 ({error})") from error


def _wanted(row: Mapping[str, str | None], where: str) -> dict[str, str]:
    found = {
        column.name: next(
            (value for key in column.names if (value := (row.get(key) or "").strip())), ""
        )
        for column in COLUMNS
    }
    found["label"] = found["label"].lower()
    if found["label"] not in ("", *LABELS):
        raise MissingDataError(f"{where}: 'label' must be real or fake (got {row['label']!r})")
    return {name: value for name, value in found.items() if value}

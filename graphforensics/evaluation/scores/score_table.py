"""Tables of videos: with scores, with labels, or both."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from graphforensics._csv import CsvReader
from graphforensics.errors import MissingDataError
from graphforensics.store.columns import FAKE, LABELS, REAL

#: Columns that name a video; the first that a table has counts.
NAME_COLUMNS = ("video", "file", "path", "source")
#: Columns that tell videos of one name apart, where every table has them.
PLACE_COLUMNS = ("dataset", "manipulation", "quality")
_LABELS = {"0": REAL, "0.0": REAL, "1": FAKE, "1.0": FAKE, **{label: label for label in LABELS}}
_OK = ("", "ok")


@dataclass(frozen=True)
class TableRow:
    """A row of a table of videos.

    Args:
        name: Of the video, as the table has it.
        place: ``(dataset, manipulation, quality)``, each empty where the table does not say.
        label: ``"real"``, ``"fake"``, or empty.
        identity: Who is seen, several joined by ``;``; empty where unknown.
        split: Official part, or empty.
        score: As in the table; ``None`` where there is none, or where it is no finite number.
        status: What became of a video without a score; ``"ok"`` or empty otherwise.
    """

    name: str
    place: tuple[str, ...] = ("", "", "")
    label: str = ""
    identity: str = ""
    split: str = ""
    score: float | None = None
    status: str = ""


@dataclass(frozen=True)
class VideoTable:
    """A table of videos.

    Args:
        path: The file.
        rows: Its rows.
        columns: Names of its columns.
    """

    path: str
    rows: list[TableRow]
    columns: tuple[str, ...]


def read_video_table(path: str | Path, needed: str) -> VideoTable:
    """Read a CSV table with a line of names.

    A video is named in the column ``video``, ``file``, ``path`` or ``source``. A label is ``real``,
    ``fake``, 0 or 1 (fake). An empty score, ``nan``, ``inf``, or a ``status`` other than ``ok``
    means that the detector failed.

    Args:
        path: The file.
        needed: A column that must be there: ``"score"`` or ``"label"``.

    Raises:
        MissingDataError: It cannot be read, lacks a column, or a value does not fit; the message
            has the line.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = CsvReader(file)
            names = tuple((name or "").strip().lower() for name in reader.fieldnames or ())
            reader.fieldnames = names
            own = next((name for name in NAME_COLUMNS if name in names), None)
            if own is None or needed not in names:
                lacking = f"'{needed}'" if own else " or ".join(f"'{n}'" for n in NAME_COLUMNS)
                raise MissingDataError(
                    f"{path}: has no column {lacking} (its columns: {', '.join(names) or 'none'})"
                )
            rows = [_row(path, reader.line_num, values, own) for values in reader]
    except OSError as error:
        raise MissingDataError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise MissingDataError(f"{path}: not a CSV table in UTF-8 ({error})") from error
    if not rows:
        raise MissingDataError(f"{path}: has no row")
    return VideoTable(str(path), rows, names)


def _row(path: str | Path, line: int, values: dict[str, str | None], own: str) -> TableRow:
    texts = {name: (value or "").strip() for name, value in values.items() if name is not None}
    if not texts[own]:
        raise MissingDataError(f"{path}, line {line}: names no video in '{own}'")
    label = texts.get("label", "").lower()
    if label and label not in _LABELS:
        raise MissingDataError(
            f"{path}, line {line}: 'label' must be real, fake, 0 (real) or 1 (fake) (got {label!r})"
        )
    score = _number(path, line, texts.get("score", ""))
    status = texts.get("status", "").lower()
    return TableRow(
        name=texts[own],
        place=tuple(texts.get(name, "") for name in PLACE_COLUMNS),
        label=_LABELS[label] if label else "",
        identity=texts.get("identity", ""),
        split=texts.get("split", "").lower(),
        score=score if status in _OK else None,
        status=status,
    )


def _number(path: str | Path, line: int, text: str) -> float | None:
    if not text:
        return None
    try:
        score = float(text)
    except ValueError as error:
        raise MissingDataError(
            f"{path}, line {line}: 'score' must be a number (got {text!r})"
        ) from error
    return score if math.isfinite(score) else None

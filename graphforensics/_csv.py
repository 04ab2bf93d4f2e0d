"""Tables as CSV that a spreadsheet does not take for programs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    _Reader = csv.DictReader[str]
else:
    # Until Python 3.12 the class has no parameter.
    _Reader = csv.DictReader

# What a spreadsheet begins to calculate at, and a text that only quotes before it tell from one.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_QUOTED = re.compile(r"'+[=+\-@\t\r\n]")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any] | Mapping[str, Any]]) -> str:
    r"""Write rows as a CSV table; every table of the library is written here.

    A text that begins like a formula (``=``, ``+``, ``-``, ``@``, a tab or the end of a line) gets
    a quote (``'``) before it, which spreadsheets take for the mark of a text and
    :class:`CsvReader` takes away. Numbers stay as they are, floats keep every digit.

    Args:
        columns: Names of the columns.
        rows: Values in the order of the columns, or mappings that have them; ``None`` is empty.

    Example:
        >>> csv_text(["file", "score"], [["=1+1.mp4", -0.5]])
        "file,score\n'=1+1.mp4,-0.5\n"
    """
    lines = [_line(columns)]
    for row in rows:
        lines.append(
            _line([row.get(name) for name in columns] if isinstance(row, Mapping) else row)
        )
    return "".join(lines)


class CsvReader(_Reader):
    """Reads what :func:`csv_text` wrote, or any other CSV table with a line of names.

    Example:
        >>> list(CsvReader(["file", "'=1+1.mp4", "'tis.mp4"]))
        [{'file': '=1+1.mp4'}, {'file': "'tis.mp4"}]
    """

    def __next__(self) -> dict[str | Any, str | Any]:
        row = super().__next__()
        return {name: _unquoted(value) for name, value in row.items()}


def _line(values: Sequence[Any]) -> str:
    stream = io.StringIO()
    # Of the characters that end a line, Python quotes those of its own ending only.
    csv.writer(stream, lineterminator="\r\n").writerow([_safe(value) for value in values])
    return stream.getvalue().removesuffix("\r\n") + "\n"


def _safe(value: Any) -> Any:
    if not isinstance(value, str) or not _FORMULA.match(value) or _is_number(value):
        return value
    return f"'{value}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    # Python passes over spaces around a number, a spreadsheet need not.
    return text.strip() == text


def _unquoted(value: Any) -> Any:
    return value[1:] if isinstance(value, str) and _QUOTED.match(value) else value

"""The results of many files as a table and as lines."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from typing import Any

from graphforensics._text import shown
from graphforensics.inference.file_job import FileResult
from graphforensics.inference.notes import ABOUT_THE_FILE, CAVEAT

COLUMNS = (
    "file",
    "status",
    "verdict",
    "probability",
    "sd",
    "min",
    "max",
    "samples",
    "faces",
    "frames_looked_at",
    "frames_without_face",
    "threshold",
    "band_low",
    "band_high",
    "calibrated",
    "detector",
    "reason",
    "notes",
)


def result_csv(results: Sequence[FileResult]) -> str:
    """Return one row a file; what is not known is empty.

    Args:
        results: What :func:`~graphforensics.inference.detect_files` returned.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in results:
        row = _row(result)
        writer.writerow([_safe_cell(row.get(name)) for name in COLUMNS])
    return stream.getvalue()


def result_lines(results: Sequence[FileResult]) -> list[str]:
    """Return a line a file and one of counts.

    Args:
        results: What :func:`~graphforensics.inference.detect_files` returned.
    """
    lines = []
    for result in results:
        row = _row(result)
        told = f"failed: {shown(result.reason)}" if row["verdict"] is None else row["verdict"]
        if row.get("probability") is not None:
            told += f" (probability {row['probability']:.3f}"
            told += f", sd {row['sd']:.3f})" if row["sd"] is not None else ")"
        told += "".join(f"; {note}" for note in _about_the_file(result))
        lines.append(f"{shown(result.file)}: {told}")
    counts = Counter(_row(result)["verdict"] or "failed" for result in results)
    reused = sum(result.reused for result in results)
    told = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
    before = f"; {reused} of them judged before" if reused else ""
    return [*lines, f"{len(results)} files: {told}{before}"]


def _about_the_file(result: FileResult) -> list[str]:
    """Return the notes that say what was not read as it is stored."""
    notes = [] if result.report is None else result.report["notes"]
    return [shown(note) for note in notes if note.startswith(ABOUT_THE_FILE)]


def _row(result: FileResult) -> dict[str, Any]:
    row: dict[str, Any] = {"file": result.file, "status": result.status, "verdict": None}
    report = result.report
    if report is None:
        return {**row, "reason": result.reason}
    spread = report["spread"] or {}
    low, high = report["band"]
    told = ("verdict", "probability", "frames_looked_at", "frames_without_face")
    about = ("threshold", "calibrated", "detector")
    return {
        **row,
        **{name: report[name] for name in (*told, *about)},
        **{name: spread.get(name) for name in ("samples", "sd", "min", "max")},
        "faces": len(report["persons"]),
        "band_low": low,
        "band_high": high,
        "notes": " ".join(note for note in report["notes"] if note != CAVEAT),
    }


def _safe_cell(value: object) -> object:
    """Return text that no spreadsheet takes for a formula."""
    if isinstance(value, str):
        text = shown(value)
        return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else repr(value) if isinstance(value, float) else value

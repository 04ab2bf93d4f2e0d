"""An index of many clips, each with a page of its own."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from graphforensics import __version__
from graphforensics.errors import GraphForensicsError
from graphforensics.inference.file_job import FileResult
from graphforensics.inference.notes import CAVEAT
from graphforensics.report.clip_frames import clip_frames
from graphforensics.report.render_page import embedded, render_page

#: Characters of all small pictures together, and of one.
_PICTURES, _PICTURE = 3_000_000, 16_000


def index_text(results: Sequence[FileResult], pages: Mapping[str, str]) -> str:
    """Return a page with a sortable row a file, each with a small picture.

    Args:
        results: What :func:`~graphforensics.inference.detect_files` returned.
        pages: File -> address of its page, relative to the index; files without one have no link.
    """
    each = min(_PICTURE, _PICTURES // max(len(results), 1))
    rows = [_row(result, pages.get(result.file), each) for result in results]
    counts = Counter(row["verdict"] or "failed" for row in rows)
    return render_page(
        "index.html",
        ("common.js", "index.js"),
        {
            "rows": rows,
            "counts": sorted(counts.items()),
            "caveat": CAVEAT,
            "version": __version__,
            "made": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "document": embedded({"files": [result.to_dict() for result in results]}),
        },
    )


def _row(result: FileResult, page: str | None, room: int) -> dict[str, Any]:
    report = result.report or {}
    return {
        "file": result.file,
        "page": page,
        "verdict": report.get("verdict"),
        "reason": result.reason,
        "probability": report.get("probability"),
        "sd": (report.get("spread") or {}).get("sd"),
        "faces": len(report["persons"]) if report else None,
        "thumbnail": _thumbnail(result, room) if report else None,
    }


def _thumbnail(result: FileResult, room: int) -> str | None:
    persons = (result.report or {}).get("persons") or []
    frames = [frame["number"] for person in persons[:1] for frame in person["frames"]]
    number = frames[len(frames) // 2] if frames else 0
    try:
        found = clip_frames(result.file, [number], room, (160, 96))
    except (GraphForensicsError, ValueError):
        # The file has changed or gone since; its row stays.
        return None
    return found.get(number)

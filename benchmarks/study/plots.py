"""One self-contained page: a figure for each table, drawn as SVG by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDTH, ROW, LEFT, RIGHT = 760, 22, 320, 130
STYLE = (
    "body{font:15px sans-serif;max-width:820px;margin:2em auto;color:#222}"
    "svg{width:100%;font:12px sans-serif}h2{margin-top:2em}"
)


def page_of(
    titles: Mapping[str, str],
    notes: Mapping[str, str],
    about: Mapping[str, Any],
    results: Mapping[str, Sequence[Mapping[str, Any]]],
) -> str:
    """Return an HTML page that needs no other file."""
    said = ", ".join(f"{name}: {value}" for name, value in about.items() if name != "settings")
    parts = [
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Study</title>",
        f"<style>{STYLE}</style></head><body><h1>Results of the study</h1><p>{escape(said)}</p>",
    ]
    for name, title in titles.items():
        rows = results.get(name)
        if rows:
            drawn = _bars(rows) if name == "cost" else _intervals(rows, name == "claims")
            parts.append(f"<h2>{escape(title)}</h2><p>{escape(notes.get(name, ''))}</p>{drawn}")
    return "\n".join([*parts, "</body></html>\n"])


def _intervals(rows: Sequence[Mapping[str, Any]], claims: bool) -> str:
    """Draw a point a row with its interval; of claims the difference, with its p beside it."""
    low, high = (-0.5, 0.5) if claims else (0.0, 1.0)

    def across(value: float) -> float:
        share = (min(max(value, low), high) - low) / (high - low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    middle, bottom = across((low + high) / 2), 30 + ROW * len(rows)
    marks = [f"<line x1='{middle}' x2='{middle}' y1='20' y2='{bottom}' stroke='#bbb'/>"]
    for value in (low, (low + high) / 2, high):
        marks.append(_text(across(value), 14, f"{value:g}", "middle"))
    for number, row in enumerate(rows):
        marks.append(_point(row, 36 + ROW * number, claims, across))
    return _svg(marks, bottom + 10)


def _point(row: Mapping[str, Any], y: int, claims: bool, across: Any) -> str:
    if claims:
        name, value = f"{row['better']} > {row['worse']} ({row['question']})", row["difference"]
        low = high = None
        said = "" if row["p"] is None else f"p {row['p']:.3f}, {row['seeds']} seeds"
    else:
        name, value = f"{row['condition']}: {row['detector']}", row.get("auc")
        low, high = row.get("low"), row.get("high")
        said = f"{row.get('seeds', 0)} seeds, {row['data'][:6]}"
    parts = [_text(LEFT - 10, y + 4, name, "end"), _text(WIDTH - RIGHT + 8, y + 4, said, "start")]
    if low is not None and high is not None:
        ends = f"x1='{across(low):.1f}' x2='{across(high):.1f}' y1='{y}' y2='{y}'"
        parts.append(f"<line {ends} stroke='#47a' stroke-width='2'/>")
    if value is not None:
        parts.append(f"<circle cx='{across(value):.1f}' cy='{y}' r='4' fill='#136'/>")
    return "".join(parts)


def _bars(rows: Sequence[Mapping[str, Any]]) -> str:
    """Draw images a second at inference."""
    most = max(row["inference_images_a_second"] for row in rows)
    marks = []
    for number, row in enumerate(rows):
        y, value = 20 + ROW * number, row["inference_images_a_second"]
        wide = value / most * (WIDTH - LEFT - RIGHT)
        marks.append(_text(LEFT - 10, y + 4, row["detector"], "end"))
        marks.append(f"<rect x='{LEFT}' y='{y - 7}' width='{wide:.1f}' height='14' fill='#47a'/>")
        marks.append(_text(LEFT + wide + 6, y + 4, f"{value:.1f} images/s", "start"))
    return _svg(marks, 30 + ROW * len(rows))


def _text(x: float, y: float, said: str, anchor: str) -> str:
    return f"<text x='{x:.1f}' y='{y}' text-anchor='{anchor}'>{escape(said)}</text>"


def _svg(marks: Sequence[str], height: int) -> str:
    inner = "".join(marks)
    return f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}'>{inner}</svg>"

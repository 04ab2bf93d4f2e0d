"""Writes the results as JSON, as Markdown and as a page of plots."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from study.plots import page_of
from study.protocols import NOTES, Results

TITLES = {
    "in_domain": "In the domain",
    "leave_one_family_out": "One family left out",
    "c40": "From c23 to c40",
    "robustness": "Robustness",
    "real_fakes": "Real fakes (confounded)",
    "questions": "The papers' questions: variants",
    "claims": "The papers' questions: does the order hold?",
    "cost": "Cost",
}


def write_results(out: Path, about: Mapping[str, Any], results: Results) -> None:
    """Write ``results.json``, ``results.md`` and ``results.html`` in one piece each."""
    said = {"study": dict(about), "results": results}
    _replace(out / "results.json", json.dumps(said, indent=1, default=str) + "\n")
    _replace(out / "results.md", markdown(about, results))
    _replace(out / "results.html", page_of(TITLES, NOTES, about, results))


def markdown(about: Mapping[str, Any], results: Results) -> str:
    """Return all tables."""
    lines = ["# Results of the study", "", _about(about), ""]
    for name, title in TITLES.items():
        rows = results.get(name)
        if rows:
            lines += [f"## {title}", "", *([NOTES[name], ""] if name in NOTES else [])]
            lines += [*_table(name, rows), ""]
    return "\n".join(lines)


def _about(about: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in about.items() if name != "settings")


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    cells = {"claims": _claim, "cost": _cost}.get(name, _figure)
    shown = [cells(row) for row in rows]
    titles = list(shown[0])
    lines = ["| " + " | ".join(titles) + " |", "|---" * len(titles) + "|"]
    return lines + ["| " + " | ".join(row.values()) + " |" for row in shown]


def _figure(row: Mapping[str, Any]) -> dict[str, str]:
    test = row.get("test")
    beside = "" if test is None else f"{_signed(test['difference'])} to {row['beside']}"
    return {
        "condition": row["condition"],
        "detector": row["detector"],
        "video AUC [95 %]": interval(row),
        "difference": beside,
        "p": "" if test is None else _p(test["p"]),
        "seeds": str(row.get("seeds", "-")),
        "videos / people": f"{row.get('videos', '-')} / {row.get('people', '-')}",
        "data": row["data"],
    }


def _claim(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "question": row["question"],
        "the paper's order": f"{row['better']} > {row['worse']}",
        "difference": _signed(row["difference"]),
        "p": _p(row["p"]),
        "verdict": row["verdict"],
        "seeds": str(row["seeds"]),
    }


def _cost(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "detector": row["detector"],
        "million parameters": f"{row['parameters'] / 1e6:.2f}",
        "GFLOPs an image": f"{row['flops_of_an_image'] / 1e9:.3f}",
        "images/s, inference": f"{row['inference_images_a_second']:.1f}",
        "images/s, training": f"{row['training_images_a_second']:.1f}",
        "steps": str(row["training_steps"]),
        "steps/s": f"{row['training_steps_a_second']:.3f}",
        "processor s a training": f"{row['training_processor_seconds']:.0f}",
        "peak MiB, inference": f"{row['peak_mebibytes']:.0f}",
        "threads": str(row["threads"]),
    }


def interval(row: Mapping[str, Any]) -> str:
    """Return ``0.912 [0.853, 0.961]``."""
    if row.get("auc") is None:
        return "undefined"
    if row["low"] is None or row["high"] is None:
        return f"{row['auc']:.3f} [undefined]"
    return f"{row['auc']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"


def _signed(value: float | None) -> str:
    return "undefined" if value is None else f"{value:+.3f}"


def _p(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _replace(place: Path, text: str) -> None:
    part = place.with_suffix(place.suffix + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(place)

"""Figures as a Markdown table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows of one set of columns as a Markdown table."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([str(row[name]) for name in names] for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write figures as JSON."""
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")

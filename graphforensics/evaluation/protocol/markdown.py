"""Tables of a protocol for people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphforensics._text import shown
from graphforensics.datasets.perturbation import KINDS, LEVELS
from graphforensics.evaluation.protocol.cell import Cell
from graphforensics.evaluation.protocol.comparison import Comparison
from graphforensics.evaluation.protocol.conditions import CLEAN
from graphforensics.evaluation.protocol.score_row import ScoreRow
from graphforensics.metrics import format_figure

_FIGURES = {
    "average_precision": "AP",
    "equal_error_rate": "EER",
    "accuracy": "accuracy",
    "threshold": "threshold",
    "tpr_at_fpr_1": "TPR at 1 % FPR",
    "tpr_at_fpr_5": "TPR at 5 % FPR",
    "brier_score": "Brier",
    "calibration_error": "ECE",
}
_SEEN = " †"


def markdown(
    protocol: str,
    head: ScoreRow,
    cells: Sequence[Cell],
    comparisons: Sequence[Comparison],
    unplaced: int = 0,
) -> str:
    """Write the tables of AUCs, of all figures, and of the comparisons.

    Args:
        protocol: Name of the protocol.
        head: Any row: it has the settings of the bootstrap.
        cells: Figures of every detector under every condition.
        comparisons: Pairs of detectors.
        unplaced: Number of files without a score that are in no condition.
    """
    parts = [
        f"# {protocol}",
        f"Video AUC with its 95 % bootstrap interval over groups of people ({head.resamples} "
        f"resamples, seed {head.seed}); a figure that one class leaves undefined is "
        '"undefined".' + (f" {_SEEN.strip()}: seen in training." if _any_seen(cells) else ""),
        *(_robustness(cells) if protocol == "robustness" else [_across(cells)]),
        "## All figures",
        _all_figures(cells),
    ]
    if unplaced:
        parts.append(f"Besides, {unplaced} entries without a score are of no known condition.")
    if comparisons:
        parts += ["## Differences of AUC", _differences(comparisons)]
    return "\n\n".join(parts) + "\n"


def _across(cells: Sequence[Cell]) -> str:
    """A row a detector, a column a condition."""
    names = list(dict.fromkeys(cell.condition for cell in cells))
    known = any(cell.seen is not None for cell in cells)
    header = ["trained detector", *names, *(["mean of unseen"] if known else [])]
    rows = []
    for model, mine in _by_model(cells).items():
        found = {cell.condition: cell for cell in mine}
        row = [model, *(_auc(found[n]) if n in found else "" for n in names)]
        rows.append([*row, *([_mean([c for c in mine if c.seen is False])] if known else [])])
    return _table(header, rows)


def _robustness(cells: Sequence[Cell]) -> list[str]:
    """A table a detector: a row a kind of perturbation, a column a strength."""
    parts = []
    for model, mine in _by_model(cells).items():
        found = {cell.condition: cell for cell in mine}
        clean = f"As it is: {_auc(found[CLEAN])}" if CLEAN in found else "Not measured as it is."
        rows = []
        for kind in KINDS:
            row = [found.get(f"{kind}:{level}") for level in LEVELS]
            if any(row):
                mean = _mean([cell for cell in row if cell is not None])
                rows.append([kind, *(_auc(cell) if cell else "" for cell in row), mean])
        header = ["perturbation", *(f"strength {level}" for level in LEVELS), "mean"]
        parts += [f"## {shown(model)}", clean, *([_table(header, rows)] if rows else [])]
    return parts


def _all_figures(cells: Sequence[Cell]) -> str:
    header = ["detector", "condition", "real", "fake", "without a score", "AUC", *_FIGURES.values()]
    rows = []
    for cell in cells:
        missing = ", ".join(f"{count} {name}" for name, count in cell.without_score.items()) or "0"
        counts = [str(cell.figures["real"]), str(cell.figures["fake"]), missing]
        told = [format_figure(cell.figures[name]) for name in _FIGURES]
        rows.append([cell.model, cell.condition + _star(cell), *counts, _plain(cell), *told])
    return _table(header, rows)


def _differences(comparisons: Sequence[Comparison]) -> str:
    header = ["first", "second", "condition", "videos", "difference", "p (DeLong)"]
    rows = [
        [
            found.first,
            found.second,
            found.condition,
            str(found.test.samples),
            str(found.interval),
            _p(found.test.p),
        ]
        for found in comparisons
    ]
    return _table(header, rows)


def _by_model(cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        found.setdefault(cell.model, []).append(cell)
    return found


def _any_seen(cells: Sequence[Cell]) -> bool:
    return any(cell.seen for cell in cells)


def _star(cell: Cell) -> str:
    return _SEEN if cell.seen else ""


def _auc(cell: Cell) -> str:
    return f"{cell.interval}{_star(cell)}"


def _plain(cell: Cell) -> str:
    return format_figure(cell.figures["auc"])


def _mean(cells: Sequence[Cell]) -> str:
    """Mean of AUCs, undefined as soon as one is."""
    figures = [cell.figures["auc"] for cell in cells]
    defined = [figure for figure in figures if figure is not None]
    if not figures:
        return ""
    return format_figure(float(np.mean(defined)) if len(defined) == len(figures) else None)


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else format_figure(value)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(shown(text).replace("|", "\\|") for text in line) + " |" for line in lines
    )

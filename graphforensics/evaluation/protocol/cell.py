"""The figures of one detector under one condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphforensics.evaluation.protocol.score_row import ScoreRow
from graphforensics.metrics import BootstrapInterval, bootstrap_interval, summary
from graphforensics.metrics.ranking import rank_auc
from graphforensics.store.columns import label_number

Figures = dict[str, float | int | None]


@dataclass(frozen=True)
class Cell:
    """Figures over the videos of one condition.

    Args:
        model: Name of the detector.
        condition: Name of the condition.
        seen: Whether the detector was trained on it; ``None`` where that is not known.
        figures: What :func:`graphforensics.metrics.summary` says of the videos.
        interval: Bootstrap interval of the AUC over groups of people.
        without_score: Number of files without a score, by status.
    """

    model: str
    condition: str
    seen: bool | None
    figures: Figures
    interval: BootstrapInterval
    without_score: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a dictionary that JSON takes."""
        return {
            "model": self.model,
            "condition": self.condition,
            "seen_in_training": self.seen,
            **self.figures,
            "auc_interval": self.interval.to_dict(),
            "without_score": self.without_score,
        }


def measure(condition: str, rows: Sequence[ScoreRow]) -> Cell:
    """Compute the figures of one detector's rows under one condition.

    Args:
        condition: Its name.
        rows: The rows, with and without a score; at least one.
    """
    scored = [row for row in rows if row.scored]
    marks, scores = labels_and_scores(scored)
    first = rows[0]
    known = first.trained_on.split(";") if first.trained_on else None
    statuses = [row.status for row in rows if not row.scored]
    return Cell(
        model=first.model,
        condition=condition,
        seen=None if known is None else condition in known,
        figures=summary(marks, scores, first.threshold),
        interval=bootstrap_interval(
            rank_auc,
            marks,
            scores,
            groups=[row.group for row in scored],
            n=first.resamples,
            seed=first.seed,
        ),
        without_score={name: statuses.count(name) for name in sorted(set(statuses))},
    )


def labels_and_scores(rows: Sequence[ScoreRow]) -> tuple[list[int], list[float]]:
    """Return labels (1 fake, 0 real) and scores of rows that have one."""
    pairs = [(label_number(row.label), row.score) for row in rows if row.score is not None]
    return [label for label, _ in pairs], [score for _, score in pairs]

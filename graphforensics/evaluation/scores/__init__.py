"""Figures of anybody's detector, from a table of its scores; no torch is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.evaluation.scores.evaluate_scores import evaluate_scores
    from graphforensics.evaluation.scores.scores_report import ScoresReport

__all__ = ["ScoresReport", "evaluate_scores"]

__getattr__, __dir__ = lazy_names(
    __name__, {"evaluate_scores": "evaluate_scores", "scores_report": "ScoresReport"}
)

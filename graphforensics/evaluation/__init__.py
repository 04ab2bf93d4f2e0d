"""Figures of detectors on labelled faces: evaluation, calibration and protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.evaluation.calibrate import calibrate
    from graphforensics.evaluation.evaluate import evaluate
    from graphforensics.evaluation.evaluation_report import EvaluationReport
    from graphforensics.evaluation.protocol.run_protocol import run_protocol
    from graphforensics.evaluation.score_clips import score_clips
    from graphforensics.evaluation.scores.evaluate_scores import evaluate_scores

__all__ = [
    "EvaluationReport",
    "calibrate",
    "evaluate",
    "evaluate_scores",
    "run_protocol",
    "score_clips",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "calibrate": "calibrate",
        "evaluate": "evaluate",
        "evaluation_report": "EvaluationReport",
        "score_clips": "score_clips",
        "scores.evaluate_scores": "evaluate_scores",
        "protocol.run_protocol": "run_protocol",
    },
)

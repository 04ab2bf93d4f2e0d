"""From a file to its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.evaluation.calibrate import calibrate
    from graphforensics.evaluation.evaluate import evaluate
    from graphforensics.evaluation.evaluation_report import EvaluationReport
    from graphforensics.evaluation.score_clips import score_clips
    from graphforensics.inference.detect import detect
    from graphforensics.inference.detect_files import detect_files
    from graphforensics.inference.detection_report import (
        DetectionReport,
        PersonVerdict,
        SnippetVerdict,
    )
    from graphforensics.inference.examine import Examination, examine
    from graphforensics.inference.file_job import FileResult
    from graphforensics.inference.heat_picture import heat_picture, save_heat_picture
    from graphforensics.inference.inputs import read_inputs
    from graphforensics.inference.person_graph import PersonGraph, person_graph
    from graphforensics.inference.person_inputs import PersonInputs
    from graphforensics.inference.spread import Spread
    from graphforensics.inference.verdict import Verdict, judge
    from graphforensics.inference.verdict_rule import VerdictRule, verdict_rule

__all__ = [
    "DetectionReport",
    "EvaluationReport",
    "Examination",
    "FileResult",
    "PersonGraph",
    "PersonInputs",
    "PersonVerdict",
    "SnippetVerdict",
    "Spread",
    "Verdict",
    "VerdictRule",
    "calibrate",
    "detect",
    "detect_files",
    "evaluate",
    "examine",
    "heat_picture",
    "judge",
    "person_graph",
    "read_inputs",
    "save_heat_picture",
    "score_clips",
    "verdict_rule",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "graphforensics.evaluation.calibrate": "calibrate",
        "detect": "detect",
        "detect_files": "detect_files",
        "detection_report": "DetectionReport PersonVerdict SnippetVerdict",
        "graphforensics.evaluation.evaluate": "evaluate",
        "graphforensics.evaluation.evaluation_report": "EvaluationReport",
        "examine": "Examination examine",
        "file_job": "FileResult",
        "heat_picture": "heat_picture save_heat_picture",
        "inputs": "read_inputs",
        "person_graph": "PersonGraph person_graph",
        "person_inputs": "PersonInputs",
        "graphforensics.evaluation.score_clips": "score_clips",
        "spread": "Spread",
        "verdict": "Verdict judge",
        "verdict_rule": "VerdictRule verdict_rule",
    },
)

"""From files and stores to scores."""

from graphforensics.inference.calibrate import calibrate
from graphforensics.inference.detect import detect
from graphforensics.inference.detection_report import DetectionReport, PersonVerdict, SnippetVerdict
from graphforensics.inference.evaluate import evaluate
from graphforensics.inference.evaluation_report import EvaluationReport
from graphforensics.inference.heat_picture import heat_picture, save_heat_picture
from graphforensics.inference.inputs import read_inputs
from graphforensics.inference.person_inputs import PersonInputs
from graphforensics.inference.score_clips import score_clips

__all__ = [
    "DetectionReport",
    "EvaluationReport",
    "PersonInputs",
    "PersonVerdict",
    "SnippetVerdict",
    "calibrate",
    "detect",
    "evaluate",
    "heat_picture",
    "read_inputs",
    "save_heat_picture",
    "score_clips",
]

"""The detectors: thin compositions of :mod:`graphforensics.nn`."""

from graphforensics.models.calibration import Calibration, read_calibration
from graphforensics.models.detector import Detector
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.models.load_detector import load_detector
from graphforensics.models.lrl import LRL
from graphforensics.models.lrl_graph_classifier import LRLGraphClassifier
from graphforensics.models.lrl_output import LRLOutput
from graphforensics.models.mrl import MRL
from graphforensics.models.mrl_graph_classifier import MRLGraphClassifier
from graphforensics.models.mrl_output import MRLOutput
from graphforensics.models.registry import DETECTORS
from graphforensics.models.relation_learner import RelationLearner
from graphforensics.models.take_encoder import take_encoder

__all__ = [
    "DETECTORS",
    "LRL",
    "MRL",
    "Calibration",
    "Detector",
    "DetectorOutput",
    "LRLGraphClassifier",
    "LRLOutput",
    "MRLGraphClassifier",
    "MRLOutput",
    "RelationLearner",
    "load_detector",
    "read_calibration",
    "take_encoder",
]

"""The detectors: thin compositions of :mod:`graphforensics.nn`."""

from graphforensics.models.aunet import AUNet
from graphforensics.models.aunet_graph_classifier import AUNetGraphClassifier
from graphforensics.models.aunet_mixing import PairMixing
from graphforensics.models.aunet_output import AUNetOutput
from graphforensics.models.calibration import Calibration, read_calibration
from graphforensics.models.deepfake_mae import DeepfakeMAE
from graphforensics.models.deepfake_mae_graph_classifier import DeepfakeMAEGraphClassifier
from graphforensics.models.deepfake_mae_output import DeepfakeMAEOutput
from graphforensics.models.detector import Detector
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.models.facial_masked_autoencoder import (
    FacialMaskedAutoencoder,
    Reconstruction,
)
from graphforensics.models.learning_to_mask import LearningToMask
from graphforensics.models.learning_to_mask_graph_classifier import LearningToMaskGraphClassifier
from graphforensics.models.learning_to_mask_output import LearningToMaskOutput
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
    "AUNet",
    "AUNetGraphClassifier",
    "AUNetOutput",
    "Calibration",
    "DeepfakeMAE",
    "DeepfakeMAEGraphClassifier",
    "DeepfakeMAEOutput",
    "Detector",
    "DetectorOutput",
    "FacialMaskedAutoencoder",
    "LRLGraphClassifier",
    "LRLOutput",
    "LearningToMask",
    "LearningToMaskGraphClassifier",
    "LearningToMaskOutput",
    "MRLGraphClassifier",
    "MRLOutput",
    "PairMixing",
    "Reconstruction",
    "RelationLearner",
    "load_detector",
    "read_calibration",
    "take_encoder",
]

"""The detectors: thin compositions of :mod:`graphforensics.nn`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.models.aunet.graph_classifier import AUNetGraphClassifier
    from graphforensics.models.aunet.model import AUNet
    from graphforensics.models.aunet.output import AUNetOutput
    from graphforensics.models.aunet.pair_mixing import PairMixing
    from graphforensics.models.baseline.graph_classifier import BaselineGraphClassifier
    from graphforensics.models.baseline.model import Baseline
    from graphforensics.models.baseline.output import BaselineOutput
    from graphforensics.models.calibration import Calibration, read_calibration
    from graphforensics.models.deepfake_mae.facial_masked_autoencoder import (
        FacialMaskedAutoencoder,
        Reconstruction,
    )
    from graphforensics.models.deepfake_mae.graph_classifier import DeepfakeMAEGraphClassifier
    from graphforensics.models.deepfake_mae.model import DeepfakeMAE
    from graphforensics.models.deepfake_mae.output import DeepfakeMAEOutput
    from graphforensics.models.detector import Detector
    from graphforensics.models.detector_output import DetectorOutput
    from graphforensics.models.learning_to_mask.graph_classifier import (
        LearningToMaskGraphClassifier,
    )
    from graphforensics.models.learning_to_mask.model import LearningToMask
    from graphforensics.models.learning_to_mask.output import LearningToMaskOutput
    from graphforensics.models.load_detector import load_detector
    from graphforensics.models.lrl.graph_classifier import LRLGraphClassifier
    from graphforensics.models.lrl.model import LRL
    from graphforensics.models.lrl.output import LRLOutput
    from graphforensics.models.mrl.graph_classifier import MRLGraphClassifier
    from graphforensics.models.mrl.model import MRL
    from graphforensics.models.mrl.output import MRLOutput
    from graphforensics.models.mrl.relation_learner import RelationLearner
    from graphforensics.models.registry import DETECTORS
    from graphforensics.models.shipped import shipped_folder, shipped_weights
    from graphforensics.models.transfer import take_encoder, transfer_encoder

__all__ = [
    "DETECTORS",
    "LRL",
    "MRL",
    "AUNet",
    "AUNetGraphClassifier",
    "AUNetOutput",
    "Baseline",
    "BaselineGraphClassifier",
    "BaselineOutput",
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
    "shipped_folder",
    "shipped_weights",
    "take_encoder",
    "transfer_encoder",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "aunet.model": "AUNet",
        "aunet.graph_classifier": "AUNetGraphClassifier",
        "aunet.pair_mixing": "PairMixing",
        "aunet.output": "AUNetOutput",
        "baseline.graph_classifier": "BaselineGraphClassifier",
        "baseline.model": "Baseline",
        "baseline.output": "BaselineOutput",
        "calibration": "Calibration read_calibration",
        "deepfake_mae.model": "DeepfakeMAE",
        "deepfake_mae.graph_classifier": "DeepfakeMAEGraphClassifier",
        "deepfake_mae.output": "DeepfakeMAEOutput",
        "detector": "Detector",
        "detector_output": "DetectorOutput",
        "deepfake_mae.facial_masked_autoencoder": "FacialMaskedAutoencoder Reconstruction",
        "learning_to_mask.model": "LearningToMask",
        "learning_to_mask.graph_classifier": "LearningToMaskGraphClassifier",
        "learning_to_mask.output": "LearningToMaskOutput",
        "load_detector": "load_detector",
        "lrl.model": "LRL",
        "lrl.graph_classifier": "LRLGraphClassifier",
        "lrl.output": "LRLOutput",
        "mrl.model": "MRL",
        "mrl.graph_classifier": "MRLGraphClassifier",
        "mrl.output": "MRLOutput",
        "registry": "DETECTORS",
        "mrl.relation_learner": "RelationLearner",
        "shipped": "shipped_folder shipped_weights",
        "transfer": "take_encoder transfer_encoder",
    },
)

"""Training of detectors on face stores with Lightning."""

from graphforensics.train.detection_task import DetectionTask
from graphforensics.train.face_store_data_module import FaceStoreDataModule
from graphforensics.train.train_detector import TrainingSummary, train_detector
from graphforensics.train.training_options import TrainingOptions

__all__ = [
    "DetectionTask",
    "FaceStoreDataModule",
    "TrainingOptions",
    "TrainingSummary",
    "train_detector",
]

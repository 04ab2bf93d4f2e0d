"""Training of detectors on face stores with Lightning."""

from graphforensics.train.detection_task import DetectionTask
from graphforensics.train.face_store_data_module import FaceStoreDataModule
from graphforensics.train.machine import Machine
from graphforensics.train.pseudo_fakes import PseudoFakes
from graphforensics.train.tasks import stages, task_class
from graphforensics.train.train_detector import TrainingSummary, train_detector
from graphforensics.train.training_options import TrainingOptions

__all__ = [
    "DetectionTask",
    "FaceStoreDataModule",
    "Machine",
    "PseudoFakes",
    "TrainingOptions",
    "TrainingSummary",
    "stages",
    "task_class",
    "train_detector",
]

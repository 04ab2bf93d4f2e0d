"""Training of detectors on face stores with Lightning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.train.config.data_options import DataOptions
    from graphforensics.train.config.training_options import TrainingOptions
    from graphforensics.train.devices.machine import Machine
    from graphforensics.train.face_store_data_module import FaceStoreDataModule
    from graphforensics.train.pseudo_fakes import PseudoFakes
    from graphforensics.train.tasks.detection_task import DetectionTask
    from graphforensics.train.tasks.registry import stages, task_class
    from graphforensics.train.train_detector import TrainingSummary, train_detector

__all__ = [
    "DataOptions",
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

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "config.data_options": "DataOptions",
        "tasks.detection_task": "DetectionTask",
        "face_store_data_module": "FaceStoreDataModule",
        "devices.machine": "Machine",
        "pseudo_fakes": "PseudoFakes",
        "tasks.registry": "stages task_class",
        "train_detector": "TrainingSummary train_detector",
        "config.training_options": "TrainingOptions",
    },
)

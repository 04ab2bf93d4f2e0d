"""Lightning modules: one for most detectors, and those of papers that need their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.train.tasks.aunet_task import AUNetTask
    from graphforensics.train.tasks.deepfake_mae_finetune_task import DeepfakeMAEFinetuneTask
    from graphforensics.train.tasks.deepfake_mae_map_task import DeepfakeMAEMapTask
    from graphforensics.train.tasks.deepfake_mae_pretrain_task import DeepfakeMAEPretrainTask
    from graphforensics.train.tasks.detection_task import DetectionTask
    from graphforensics.train.tasks.registry import stage_of, stages, task_class

__all__ = [
    "AUNetTask",
    "DeepfakeMAEFinetuneTask",
    "DeepfakeMAEMapTask",
    "DeepfakeMAEPretrainTask",
    "DetectionTask",
    "stage_of",
    "stages",
    "task_class",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "detection_task": "DetectionTask",
        "aunet_task": "AUNetTask",
        "deepfake_mae_pretrain_task": "DeepfakeMAEPretrainTask",
        "deepfake_mae_finetune_task": "DeepfakeMAEFinetuneTask",
        "deepfake_mae_map_task": "DeepfakeMAEMapTask",
        "registry": "stage_of stages task_class",
    },
)

"""Which Lightning task trains which detector, in which stage."""

from __future__ import annotations

from graphforensics.models.registry import DETECTORS
from graphforensics.train.tasks.aunet_task import AUNetTask
from graphforensics.train.tasks.deepfake_mae_finetune_task import DeepfakeMAEFinetuneTask
from graphforensics.train.tasks.deepfake_mae_map_task import DeepfakeMAEMapTask
from graphforensics.train.tasks.deepfake_mae_pretrain_task import DeepfakeMAEPretrainTask
from graphforensics.train.tasks.detection_task import DetectionTask

#: The stages of the detectors that are trained in several, in their order. A detector with one
#: stage needs no entry unless its task is not the common one; its stage is then ``None``.
TASKS: dict[str, dict[str | None, type[DetectionTask]]] = {
    "aunet": {None: AUNetTask},
    "deepfake_mae": {
        "pretrain": DeepfakeMAEPretrainTask,
        "finetune": DeepfakeMAEFinetuneTask,
        "map": DeepfakeMAEMapTask,
    },
}


def task_class(detector: str, stage: str | None = None) -> type[DetectionTask]:
    """Return the task that trains a detector.

    Args:
        detector: Its name, as ``--model`` takes it.
        stage: One of :func:`stages`; ``None`` for a detector that has none.

    Raises:
        ValueError: There is no such detector or stage, or the detector has stages and none is
            named.

    Example:
        >>> task_class("mrl").__name__
        'DetectionTask'
    """
    if detector not in DETECTORS:
        raise ValueError(f"'detector' must be one of {', '.join(DETECTORS)} (got {detector!r})")
    tasks = TASKS.get(detector, {None: DetectionTask})
    if stage in tasks:
        return tasks[stage]
    names = ", ".join(stages(detector))
    if not names:
        raise ValueError(f"'stage' must be left out: {detector} is trained in one (got {stage!r})")
    if stage is None:
        raise ValueError(f"'stage' must be given: {detector} is trained in {names}")
    raise ValueError(f"'stage' of {detector} must be one of {names} (got {stage!r})")


def stages(detector: str) -> tuple[str, ...]:
    """Name the stages that a detector is trained in, in their order; none for a simple one.

    Args:
        detector: Its name, as ``--model`` takes it.

    Example:
        >>> stages("mrl")
        ()
    """
    return tuple(name for name in TASKS.get(detector, {}) if name is not None)


def stage_of(detector: str, task: type[DetectionTask]) -> str | None:
    """Return the first stage of a detector that a task trains.

    Args:
        detector: Its name.
        task: The task.

    Raises:
        ValueError: It trains no stage of the detector.
    """
    tasks = TASKS.get(detector, {None: DetectionTask})
    for stage, found in tasks.items():
        if found is task:
            return stage
    raise ValueError(f"'task' must train {detector} (got {task.__name__})")

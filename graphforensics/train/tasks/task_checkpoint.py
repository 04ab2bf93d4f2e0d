"""What a task leaves in its checkpoints, and building it again from one."""

from __future__ import annotations

import dataclasses
import inspect
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import torch

from graphforensics import __version__
from graphforensics.errors import CheckpointError
from graphforensics.models.load_detector import load_detector
from graphforensics.nn.encoder.weights import read_checkpoint

if TYPE_CHECKING:
    from graphforensics.train.tasks.detection_task import DetectionTask

Task = TypeVar("Task", bound="DetectionTask")


def task_parameters(task: DetectionTask) -> dict[str, Any]:
    """Return what builds a task again, of plain values only.

    Args:
        task: The task.
    """
    return {
        "detector": task.model.name,
        "config": task.model.config,
        "graphforensics_version": __version__,
        "task": type(task).__name__,
        "settings": dict(task.settings),
    }


def load_task(
    kind: type[Task],
    path: str | Path,
    map_location: str | torch.device | None = None,
    settings: dict[str, Any] | None = None,
) -> Task:
    """Build a task again from a checkpoint, with the care of ``load_detector``.

    Args:
        kind: The task, or one that it is a kind of.
        path: The checkpoint.
        map_location: Device of the detector. Default: the processor.
        settings: Keywords that count more than what the checkpoint says.

    Raises:
        CheckpointError: It cannot be read, is of another task, or its settings are wrong.
    """
    told = read_checkpoint(path).get("hyper_parameters")
    if not isinstance(told, dict):
        raise CheckpointError(f"{path}: not a checkpoint of a detector's training")
    found = _task_of(kind, told, path)
    kept = told.get("settings", {})
    known = _keywords(found)
    if not isinstance(kept, dict) or not set(kept) <= known:
        raise CheckpointError(f"{path}: the settings of its training are damaged")
    model = load_detector(path, map_location or "cpu")
    try:
        task = found(model, **{**kept, **(settings or {})})
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: the task cannot be built again ({error})") from error
    return task.eval()


def _task_of(kind: type[Task], told: dict[str, Any], path: str | Path) -> type[Task]:
    """Find the class by its name; checkpoints of earlier versions leave it to who asks."""
    # The registry knows all tasks, and each of them this module: it is asked by its name.
    registry = import_module("graphforensics.train.tasks.registry")
    name, detector = told.get("task"), str(told.get("detector"))
    try:
        words = registry.stages(detector) or (None,)
        stages: list[Any] = [registry.task_class(detector, word) for word in words]
    except ValueError as error:
        raise CheckpointError(f"{path}: {error}") from error
    if name is not None:
        found = {one.__name__: one for one in (*kind.__mro__, *stages)}.get(name)
    else:
        fitting = [one for one in stages if issubclass(one, kind)]
        if kind not in stages and len(fitting) > 1:
            names = ", ".join(one.__name__ for one in fitting)
            raise CheckpointError(f"{path}: does not say which task it is of; ask one of {names}")
        found = kind if kind in stages or not fitting else fitting[0]
    if found is None or not issubclass(found, kind):
        raise CheckpointError(f"{path}: a checkpoint of {name}, not of {kind.__name__}")
    return cast("type[Task]", found)


def _keywords(kind: type[DetectionTask]) -> set[str]:
    """Name the keywords of a task and of those that it is a kind of."""
    inits = [vars(base)["__init__"] for base in kind.__mro__ if "__init__" in vars(base)]
    own = {name for init in inits for name in inspect.signature(init).parameters}
    return own | {field.name for field in dataclasses.fields(kind.options_class)}

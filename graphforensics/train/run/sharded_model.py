"""The whole of a detector of which every process may hold a part."""

from __future__ import annotations

from types import MethodType
from typing import Any

import lightning as L
from lightning.pytorch.strategies import FSDPStrategy, ModelParallelStrategy
from torch import Tensor
from torch.distributed.fsdp import FSDPModule, fully_shard

from graphforensics.models.detector import Detector
from graphforensics.nn.encoder.weights import load_weights
from graphforensics.train.tasks.detection_task import DetectionTask

_PREFIX = "model."


def is_sharded(trainer: L.Trainer) -> bool:
    """Say whether each process holds a part of the weights."""
    return isinstance(trainer.strategy, FSDPStrategy | ModelParallelStrategy)


def prepare_sharding(trainer: L.Trainer, task: DetectionTask) -> None:
    """Have Lightning call :func:`~torch.distributed.fsdp.fully_shard` where it wants to be told.

    Args:
        trainer: Which trains.
        task: What it trains.
    """
    if isinstance(trainer.strategy, ModelParallelStrategy):
        # Not a method of every task: Lightning treats tasks that have it otherwise.
        setattr(task, "configure_model", MethodType(_shard, task))  # noqa: B010


def _shard(task: DetectionTask) -> None:
    mesh = task.device_mesh
    # Also called after the model was sharded.
    if mesh is not None and not isinstance(task.model, FSDPModule):
        fully_shard(task.model, mesh=mesh["data_parallel"])


def whole_model(trainer: L.Trainer, task: DetectionTask) -> Detector | None:
    """Return the detector that is trained, with all of its weights.

    Every process must call it.

    Args:
        trainer: Which trains.
        task: What it trains.

    Returns:
        The detector itself, or a copy on the processor where the weights are sharded; ``None`` in
        processes that are not given a copy.
    """
    if not is_sharded(trainer):
        return task.model
    state: dict[str, Any] = trainer.strategy.lightning_module_state_dict()
    if not trainer.is_global_zero:
        return None
    weights: dict[str, Tensor] = {
        name.removeprefix(_PREFIX): value.cpu()
        for name, value in state.items()
        if name.startswith(_PREFIX)
    }
    config = task.model.config
    if "encoder_weights" in config:
        # The weights include the encoder's: there is nothing to fetch for it.
        config["encoder_weights"] = None
    copy = type(task.model)(**config)
    load_weights(copy, weights, "the sharded weights")
    return copy

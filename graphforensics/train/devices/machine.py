"""Where a run computes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning as L
import torch
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch.loggers import Logger
from lightning.pytorch.strategies import ModelParallelStrategy, Strategy

from graphforensics.train.config.machine_options import MachineOptions
from graphforensics.train.config.training_options import TrainingOptions
from graphforensics.train.devices.precision import precision_on
from graphforensics.train.devices.safe_checkpoint_io import SafeCheckpointIO

#: What Lightning's trainer is told of every run: the run's own files take the place of its
#: checkpoints, the data module shares batches out by itself, and validation before the first epoch
#: would draw random numbers and cost time.
TRAINER_DEFAULTS: dict[str, Any] = {
    "enable_checkpointing": False,
    "enable_model_summary": False,
    "num_sanity_val_steps": 0,
    "use_distributed_sampler": False,
}


@dataclass(frozen=True)
class Machine(MachineOptions):
    """The devices of a run, in Lightning's words, and the trainer that computes on them.

    Args:
        **settings: The fields of
            :class:`~graphforensics.train.config.machine_options.MachineOptions`: ``accelerator``,
            ``devices``, ``nodes``, ``strategy``, ``sync_batchnorm``.

    Raises:
        ValueError: ``sync_batchnorm`` is asked for on processors, where PyTorch has none.

    Example:
        >>> Machine("cpu").devices
        1
    """

    def trainer(
        self,
        folder: Path,
        options: TrainingOptions,
        callbacks: list[L.Callback],
        progress: bool = False,
        logger: Logger | None = None,
    ) -> L.Trainer:
        """Build Lightning's trainer.

        Args:
            folder: Of the run.
            options: How it is trained.
            callbacks: Called in this order.
            progress: Show a progress bar.
            logger: Is told every figure.

        Raises:
            ValueError: Lightning knows no such devices or strategy.
        """
        settings: dict[str, Any] = {
            **TRAINER_DEFAULTS,
            "accelerator": self.accelerator,
            "devices": self.devices,
            "num_nodes": self.nodes,
            "strategy": self.lightning_strategy(),
            "sync_batchnorm": self.sync_batchnorm,
            "precision": precision_on(self.accelerator, options.precision),
            "max_epochs": options.epochs,
            "accumulate_grad_batches": options.accumulate,
            "gradient_clip_val": options.clip_gradients,
            "callbacks": callbacks,
            "plugins": [SafeCheckpointIO()],
            "default_root_dir": folder,
            "logger": logger or False,
            "enable_progress_bar": progress,
        }
        try:
            return L.Trainer(**settings)
        except (MisconfigurationException, ValueError) as error:
            said = (self.accelerator, self.devices, self.nodes, self.strategy)
            raise ValueError(
                f"'accelerator', 'devices', 'nodes' and 'strategy' cannot be {said}: {error}"
            ) from error

    def lightning_strategy(self) -> str | Strategy:
        """Return :attr:`strategy` as Lightning's trainer takes it."""
        if self.strategy != "fsdp2":
            return self.strategy
        here = self.devices if isinstance(self.devices, int) else torch.cuda.device_count() or 1
        return ModelParallelStrategy(
            data_parallel_size=here * self.nodes,
            tensor_parallel_size=1,
            # One file with all weights, as any number of processes reads it.
            save_distributed_checkpoint=False,
        )

"""Lightning's trainer as a run wants it, and devices that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from lightning.pytorch.strategies import DDPStrategy, ModelParallelStrategy

from graphforensics.train import Machine, TrainingOptions
from graphforensics.train.devices.safe_checkpoint_io import SafeCheckpointIO


def test_a_trainer_has_the_options_of_the_run(tmp_path: Path) -> None:
    options = TrainingOptions(epochs=7, accumulate=3, clip_gradients=0.5, precision="bf16-mixed")
    trainer = Machine("cpu").trainer(tmp_path, options, [])
    assert (trainer.max_epochs, trainer.accumulate_grad_batches) == (7, 3)
    assert (trainer.gradient_clip_val, trainer.precision) == (0.5, "bf16-mixed")
    assert trainer.world_size == 1
    assert isinstance(trainer.strategy.checkpoint_io, SafeCheckpointIO)
    assert trainer.logger is None


def test_several_devices_are_lightning_s(tmp_path: Path) -> None:
    options = TrainingOptions()
    trainer = Machine("cpu", 2, 3, "ddp").trainer(tmp_path, options, [])
    assert isinstance(trainer.strategy, DDPStrategy)
    assert (trainer.world_size, trainer.num_devices, trainer.num_nodes) == (6, 2, 3)
    sharded = Machine("cpu", 2, 3, "fsdp2").lightning_strategy()
    assert isinstance(sharded, ModelParallelStrategy)


@pytest.mark.parametrize(
    "machine",
    [
        Machine("toaster"),
        Machine("cpu", 0),
        Machine("cpu", 2, 1, "fsdp"),
        Machine("cpu", 1, 1, "x"),
    ],
)
def test_what_is_not_there_is_named(tmp_path: Path, machine: Machine) -> None:
    with pytest.raises(ValueError, match="'accelerator', 'devices', 'nodes' and 'strategy' cannot"):
        machine.trainer(tmp_path, TrainingOptions(), [])


def test_processors_have_no_common_batch_normalisation() -> None:
    with pytest.raises(ValueError, match="'sync_batchnorm' must be false on processors"):
        Machine("cpu", 2, sync_batchnorm=True)

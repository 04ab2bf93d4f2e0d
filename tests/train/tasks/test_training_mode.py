"""A detector that comes from a file learns as a new one does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning as L
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from graphforensics.models import MRL, load_detector
from graphforensics.models.detector import Detector
from graphforensics.train import FaceStoreDataModule, TrainingOptions, train_detector
from graphforensics.train.tasks.registry import task_class
from tests.train.every_task import TASKS, detector, samples


def _fit(model: Detector, stage: str | None) -> Detector:
    loader: DataLoader[Any] = DataLoader(samples(model), batch_size=4)  # type: ignore[arg-type]
    trainer = L.Trainer(
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        max_steps=2,
        limit_val_batches=0,
    )
    torch.manual_seed(7)
    task = task_class(model.name, stage)(model)
    trainer.fit(task, loader)
    return model


@pytest.mark.parametrize(("name", "stage"), TASKS)
def test_a_loaded_detector_learns_what_a_new_one_learns(
    name: str, stage: str | None, tmp_path: Path
) -> None:
    """In evaluation mode batch norm keeps its statistics, and a teacher is never asked."""
    new = detector(name)
    new.save_pretrained(tmp_path)
    loaded = load_detector(tmp_path)
    assert not loaded.training
    wanted, found = _fit(new, stage).state_dict(), _fit(loaded, stage).state_dict()
    for key, value in wanted.items():
        assert torch.equal(found[key], value), key


def test_training_a_loaded_detector_moves_its_running_statistics(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    tiny_model.save_pretrained(tmp_path / "saved")
    loaded = load_detector(tmp_path / "saved")
    before = {name: value.clone() for name, value in loaded.named_buffers()}
    modes: list[bool] = []
    loaded.register_forward_pre_hook(lambda part, inputs: modes.append(part.training))
    train_detector(loaded, noise_data, tmp_path / "run", TrainingOptions(epochs=1))
    assert True in modes
    moved = [key for key, value in loaded.named_buffers() if not torch.equal(value, before[key])]
    assert any(key.endswith("running_mean") for key in moved)


def test_a_part_that_was_frozen_on_purpose_stays_frozen(tiny_model: MRL) -> None:
    tiny_model.encoder.eval()
    before = {key: value.clone() for key, value in tiny_model.encoder.named_buffers()}
    _fit(tiny_model, None)
    assert before
    for key, value in tiny_model.encoder.named_buffers():
        assert torch.equal(value, before[key]), key
    norms = [part for part in tiny_model.encoder.modules() if isinstance(part, nn.BatchNorm2d)]
    assert norms
    assert not any(part.training for part in norms)

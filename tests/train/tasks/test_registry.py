"""Which task trains what, and what a stage of its own may ask for."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from graphforensics.errors import GraphForensicsError, MissingDataError
from graphforensics.models import DETECTORS, MRL, load_detector
from graphforensics.train import (
    DetectionTask,
    FaceStoreDataModule,
    TrainingOptions,
    stages,
    task_class,
    train_detector,
)
from graphforensics.train.tasks import registry as tasks
from graphforensics.train.tasks.registry import stage_of


class _Reconstruction(DetectionTask):
    """A stage without verdicts: learns from real faces, selects by a loss of its own."""

    monitor, mode, labels = "val_loss", "min", "real"

    def __init__(self, model: MRL, *, scale: float = 1.0, **common: Any) -> None:
        super().__init__(model, **common)
        self.scale = scale

    def _error(self, batch: dict[str, Any]) -> dict[str, Tensor]:
        return {"loss": self.scale * self(batch["inputs"]).features.square().mean()}

    def dry_run(self, batch: dict[str, Any]) -> None:
        self._error(batch)

    def training_step(self, batch: dict[str, Any], batch_idx: int) -> Tensor:
        losses = self._error(self.prepared(batch))
        self.log_losses("train", losses, batch)
        return losses["loss"]

    def validation_step(self, batch: dict[str, Any], batch_idx: int) -> None:
        self.log_losses("val", self._error(batch), batch)

    def on_validation_epoch_end(self) -> None:
        """Nothing is judged."""

    def figures(self) -> dict[str, float]:
        return {}


class _Manual(DetectionTask):
    def __init__(self, model: MRL, **common: Any) -> None:
        super().__init__(model, **common)
        self.automatic_optimization = False

    def training_step(self, batch: dict[str, Any], batch_idx: int) -> None:
        losses = self.model.loss(self(batch["inputs"]), batch)
        optimizer: Any = self.optimizers()
        optimizer.zero_grad()
        self.manual_backward(losses["loss"])
        optimizer.step()
        self.log_losses("train", losses, batch)


@pytest.fixture(autouse=True)
def _stages(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"pretrain": _Reconstruction, "finetune": DetectionTask, "manual": _Manual}
    monkeypatch.setitem(tasks.TASKS, "mrl", told)


def _data(store: Path, **keywords: Any) -> FaceStoreDataModule:
    spec = MRL(encoder="resnet10t", snippets=2, frames=3, size=32).input_spec
    fractions = (0.5, 0.25, 0.25)
    return FaceStoreDataModule([store], spec, batch_size=4, fractions=fractions, **keywords)


def test_every_detector_has_a_task() -> None:
    for name in DETECTORS:
        for stage in stages(name) or (None,):
            kind = task_class(name, stage)
            assert issubclass(kind, DetectionTask)
            assert task_class(name, stage_of(name, kind)) is kind
            assert kind.mode in ("max", "min")
            assert kind.labels in ("both", "real")


def test_stages_are_told_apart() -> None:
    assert stages("mrl") == ("pretrain", "finetune", "manual")
    assert task_class("mrl", "pretrain") is _Reconstruction
    assert task_class("lrl") is DetectionTask
    assert stage_of("mrl", DetectionTask) == "finetune"
    for name, stage, told in (
        ("nobody", None, "'detector' must be one of"),
        ("mrl", None, "'stage' must be given: mrl is trained in pretrain, finetune, manual"),
        ("mrl", "later", "'stage' of mrl must be one of"),
        ("lrl", "later", "'stage' must be left out"),
    ):
        with pytest.raises(ValueError, match=told):
            task_class(name, stage)
    with pytest.raises(ValueError, match="'task' must train lrl"):
        stage_of("lrl", _Manual)


def test_a_stage_selects_by_its_own_figure(
    tmp_path: Path, tiny_model: MRL, noise_store: Path
) -> None:
    data = _data(noise_store, faces="without_fakes")
    assert set(data.rows("val").column("label").to_pylist()) == {"real"}
    assert set(data.rows("test").column("label").to_pylist()) == {"real", "fake"}
    options = TrainingOptions(epochs=3, learning_rate=1e-2, optimizer="adamw")
    out = tmp_path / "run"
    told: dict[str, Any] = {"stage": "pretrain", "task_options": {"scale": 3.0}}
    summary = train_detector(tiny_model, data, out, options, **told)
    rows = list(csv.DictReader((out / "metrics.csv").open()))
    assert set(rows[0]) == {"epoch", "learning_rate", "train_loss", "val_loss"}
    assert summary.best["epoch"] == min(range(3), key=lambda n: float(rows[n]["val_loss"]))
    assert summary.monitor == "val_loss"
    load_detector(summary.folder)
    other = {**told, "task_options": {"scale": 2.0}}
    with pytest.raises(MissingDataError, match=r"task.scale is 2.0, was 3.0"):
        train_detector(tiny_model, data, out, options, resume=True, **other)
    with pytest.raises(ValueError, match="_Reconstruction cannot be built"):
        train_detector(tiny_model, data, out, options, stage="pretrain", task_options={"x": 1})


def test_a_stage_of_real_faces_refuses_fakes(
    tmp_path: Path, tiny_model: MRL, noise_store: Path
) -> None:
    with pytest.raises(MissingDataError, match="the train part has 4 fake tracks: leave them out"):
        _data(noise_store, faces="real")
    with pytest.raises(ValueError, match="'faces' must be real, without_fakes or any"):
        train_detector(tiny_model, _data(noise_store), tmp_path / "run", stage="pretrain")
    both = _data(noise_store, faces="any")
    options = TrainingOptions(epochs=1)
    train_detector(tiny_model, both, tmp_path / "run", options, stage="pretrain")


def test_a_stage_may_take_its_steps_by_itself(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    before = next(tiny_model.parameters()).detach().clone()
    out = tmp_path / "run"
    for wrong in ({"accumulate": 2}, {"clip_gradients": 1.0}):
        options = TrainingOptions(epochs=1, **wrong)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="takes its steps by itself"):
            train_detector(tiny_model, noise_data, out, options, stage="manual")
    options = TrainingOptions(epochs=1, learning_rate=1e-2)
    train_detector(tiny_model, noise_data, out, options, stage="manual")
    assert not torch.equal(before, next(tiny_model.parameters()))


def test_a_figure_that_is_not_there_cannot_select(
    tmp_path: Path,
    tiny_model: MRL,
    noise_data: FaceStoreDataModule,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DetectionTask, "monitor", "val_luck")
    options = TrainingOptions(epochs=1)
    with pytest.raises(GraphForensicsError, match="'val_luck' selects the best epoch but is not"):
        train_detector(tiny_model, noise_data, tmp_path / "run", options, stage="finetune")

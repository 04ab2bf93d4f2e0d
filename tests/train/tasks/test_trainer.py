"""Lightning's Trainer over every task: all of its loops, our data module, any loader."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import lightning as L
import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss, roc_auc_score
from torch.utils.data import DataLoader

from graphforensics.errors import CheckpointError
from graphforensics.models import load_detector
from graphforensics.train import DetectionTask, FaceStoreDataModule
from graphforensics.train.tasks.deepfake_mae_finetune_task import DeepfakeMAEFinetuneTask
from graphforensics.train.tasks.deepfake_mae_map_task import DeepfakeMAEMapTask
from graphforensics.train.tasks.registry import task_class
from tests.train.every_task import TASKS, detector, samples, task

#: Settings of no default.
SETTINGS: dict[str, Any] = {
    "learning_rate": 0.003,
    "decay_every": 7,
    "decay": 0.25,
    "optimizer": "adamw",
    "betas": (0.8, 0.95),
    "weight_decay": 0.02,
    "seed": 5,
}


def _trainer(**keywords: Any) -> L.Trainer:
    usual: dict[str, Any] = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "max_epochs": 1,
    }
    return L.Trainer(
        accelerator="cpu",
        enable_model_summary=False,
        num_sanity_val_steps=0,
        **{**usual, **keywords},
    )


def _loader(made: DetectionTask) -> DataLoader[Any]:
    return DataLoader(samples(made.model), batch_size=4)  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore:The '.*' does not have many workers")
@pytest.mark.parametrize(("name", "stage"), TASKS)
def test_every_loop_takes_a_plain_loader_and_a_checkpoint_restores_all(
    name: str, stage: str | None, tmp_path: Path
) -> None:
    made = task(name, stage, **SETTINGS)
    loader = _loader(made)
    trainer = _trainer()
    trainer.fit(made, loader, loader)
    pretraining = stage == "pretrain"
    figure = "val_loss" if pretraining else "val_auc"
    assert math.isfinite(trainer.callback_metrics[figure])
    trainer.save_checkpoint(tmp_path / "last.ckpt")

    again = DetectionTask.load_from_checkpoint(tmp_path / "last.ckpt")
    assert type(again) is type(made) is task_class(name, stage)
    assert again.settings == made.settings
    assert {word: again.settings[word] for word in SETTINGS} == SETTINGS
    assert (again.learning_rate, again.decay) == (0.003, 0.25)
    for key, value in made.state_dict().items():
        assert torch.equal(again.state_dict()[key], value), key

    (validated,) = trainer.validate(again, loader, verbose=False)
    assert validated[figure] == pytest.approx(float(trainer.callback_metrics[figure]))
    (tested,) = trainer.test(again, loader, verbose=False)
    told = trainer.predict(again, loader)
    assert told is not None
    if pretraining:
        assert tested["test_loss"] == pytest.approx(validated["val_loss"])
        assert torch.cat([one["error"] for one in told]).shape == (8,)
        return
    scores = torch.cat([one["probability"] for one in told]).double().numpy()
    labels = np.array([0, 1] * 4)
    # Every video here has one sample of each kind.
    assert tested["test_auc"] == pytest.approx(roc_auc_score(labels, scores))
    assert tested["test_cross_entropy"] == pytest.approx(log_loss(labels, scores), abs=1e-5)
    assert [track for one in told for track in one["track_id"]] == [f"track{n}" for n in range(8)]


@pytest.mark.filterwarnings("ignore:The '.*' does not have many workers")
@pytest.mark.parametrize(("name", "stage"), TASKS)
def test_every_loop_takes_the_data_module(name: str, stage: str | None, face_store: Path) -> None:
    made = task(name, stage)
    data = FaceStoreDataModule(
        [face_store],
        made.model.input_spec,
        batch_size=4,
        fractions=(0.5, 0.25, 0.25),
        landmarks=True,
        faces="without_fakes" if stage == "pretrain" else "both",
    )
    trainer = _trainer()
    trainer.fit(made, datamodule=data)
    (validated,) = trainer.validate(made, datamodule=data, verbose=False)
    (tested,) = trainer.test(made, datamodule=data, verbose=False)
    told = trainer.predict(made, datamodule=data)
    assert told is not None
    tracks = [track for one in told for track in one["track_id"]]
    assert tracks == data.rows("test").column("track_id").to_pylist()
    wanted = "loss" if stage == "pretrain" else "auc"
    assert math.isfinite(validated[f"val_{wanted}"])
    assert math.isfinite(tested[f"test_{wanted}"])


def test_the_keywords_of_a_stage_are_restored_and_may_be_changed(tmp_path: Path) -> None:
    own = {"inner_steps": 2, "inner_learning_rate": 0.05, "second_order": True, "test_share": 0.4}
    made = task("deepfake_mae", "map", meta_learning=False, **own)
    trainer = _trainer()
    trainer.fit(made, _loader(made))
    trainer.save_checkpoint(tmp_path / "last.ckpt")
    again = DeepfakeMAEMapTask.load_from_checkpoint(tmp_path / "last.ckpt", inner_steps=1)
    assert again.inner_steps == 1
    assert not again.meta_learning
    assert (again.inner_learning_rate, again.second_order) == (0.05, True)
    assert again.domains.test_share == 0.4
    with pytest.raises(
        CheckpointError, match="a checkpoint of DeepfakeMAEMapTask, not of Deepfake"
    ):
        DeepfakeMAEFinetuneTask.load_from_checkpoint(tmp_path / "last.ckpt")


def test_a_checkpoint_of_an_earlier_version_is_asked_by_its_task(tmp_path: Path) -> None:
    made = task("deepfake_mae", "finetune")
    checkpoint: dict[str, Any] = {"state_dict": made.state_dict()}
    made.on_save_checkpoint(checkpoint)
    for name in ("task", "settings", "graphforensics_version"):
        del checkpoint["hyper_parameters"][name]
    torch.save(checkpoint, tmp_path / "old.ckpt")
    with pytest.raises(CheckpointError, match="does not say which task it is of"):
        DetectionTask.load_from_checkpoint(tmp_path / "old.ckpt")
    again = DeepfakeMAEFinetuneTask.load_from_checkpoint(tmp_path / "old.ckpt", learning_rate=0.1)
    assert again.learning_rate == 0.1
    assert load_detector(tmp_path / "old.ckpt").name == "deepfake_mae"


@pytest.mark.parametrize("settings", [7, {"colour": "blue"}, {"learning_rate": -1.0}])
def test_damaged_settings_are_one_clear_error(tmp_path: Path, settings: object) -> None:
    made = DetectionTask(detector("mrl"))
    checkpoint: dict[str, Any] = {"state_dict": made.state_dict()}
    made.on_save_checkpoint(checkpoint)
    checkpoint["hyper_parameters"]["settings"] = settings
    torch.save(checkpoint, tmp_path / "last.ckpt")
    with pytest.raises(CheckpointError, match=r"last\.ckpt: the (settings|task)"):
        DetectionTask.load_from_checkpoint(tmp_path / "last.ckpt")


@pytest.mark.filterwarnings("ignore:The '.*' does not have many workers")
def test_lightnings_own_checkpoints_are_loaded_and_gone_on_with(tmp_path: Path) -> None:
    made = task("mrl", None)
    loader = _loader(made)
    keywords = {"enable_checkpointing": True, "default_root_dir": tmp_path}
    trainer = _trainer(**keywords)
    trainer.fit(made, loader, loader)
    file = trainer.checkpoint_callback.best_model_path  # type: ignore[union-attr]
    assert DetectionTask.load_from_checkpoint(file).learning_rate == 1e-4
    (tested,) = trainer.test(made, loader, ckpt_path=file, verbose=False)
    assert math.isfinite(tested["test_auc"])
    longer = _trainer(**{**keywords, "max_epochs": 2})
    longer.fit(task("mrl", None), loader, loader, ckpt_path=file)
    assert longer.current_epoch == 2


@pytest.mark.filterwarnings("ignore:The '.*' does not have many workers")
def test_the_meta_step_learns_the_manipulations_of_an_unknown_loader(tmp_path: Path) -> None:
    made = task("deepfake_mae", "map")
    loader = _loader(made)
    trainer = _trainer(max_epochs=2)
    trainer.fit(made, loader)
    assert isinstance(made, DeepfakeMAEMapTask)
    assert made.domains.manipulations == ("swap1", "swap3")
    trainer.save_checkpoint(tmp_path / "last.ckpt")
    resumed = task("deepfake_mae", "map")
    assert isinstance(resumed, DeepfakeMAEMapTask)
    _trainer(max_epochs=3, limit_train_batches=0).fit(
        resumed, loader, ckpt_path=tmp_path / "last.ckpt"
    )
    assert resumed._met == ["swap1", "swap3"]

"""The Lightning task against NumPy and scikit-learn."""

from __future__ import annotations

from typing import Any

import lightning as L
import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss, roc_auc_score

from graphforensics.errors import GraphForensicsError
from graphforensics.models import MRL
from graphforensics.train import DetectionTask, FaceStoreDataModule


def _trainer(**keywords: Any) -> L.Trainer:
    quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
    return L.Trainer(
        accelerator="cpu", enable_model_summary=False, num_sanity_val_steps=0, **quiet, **keywords
    )


def test_the_step_size_is_halved_every_five_epochs(
    tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    seen: list[float] = []

    class Note(L.Callback):
        def on_train_batch_start(self, trainer: L.Trainer, *args: Any) -> None:
            seen.append(trainer.optimizers[0].param_groups[0]["lr"])

    task = DetectionTask(tiny_model)
    trainer = _trainer(
        max_epochs=11, callbacks=[Note()], limit_train_batches=1, limit_val_batches=0
    )
    trainer.fit(task, datamodule=noise_data)
    assert isinstance(trainer.optimizers[0], torch.optim.Adam)
    assert seen == [1e-4] * 5 + [5e-5] * 5 + [2.5e-5]


def test_the_step_size_of_every_epoch_is_the_schedule_s(
    tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    task = DetectionTask(tiny_model, schedule="cosine", warmup_epochs=2, learning_rate=0.01)
    seen: list[float] = []

    class Note(L.Callback):
        def on_train_batch_start(self, trainer: L.Trainer, *args: Any) -> None:
            seen.append(trainer.optimizers[0].param_groups[0]["lr"])

    trainer = _trainer(max_epochs=5, callbacks=[Note()], limit_train_batches=1, limit_val_batches=0)
    trainer.fit(task, datamodule=noise_data)
    wanted = [1 / 3, 2 / 3, 1, 0.75, 0.25]
    assert seen == pytest.approx([0.01 * factor for factor in wanted])
    with pytest.raises(ValueError, match="'warmup_epochs' must be fewer than the 1 epochs"):
        _trainer(max_epochs=1).fit(DetectionTask(tiny_model, warmup_epochs=1), noise_data)


def test_validation_is_the_figure_over_all_videos(
    tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    task = DetectionTask(tiny_model)
    _trainer().validate(task, datamodule=noise_data, verbose=False)
    labels, scores = [], []
    tiny_model.eval()
    for batch in noise_data.val_dataloader():
        pixels = batch["inputs"].numpy().astype(np.float64) / 255
        spec = tiny_model.input_spec
        axes = (3, 1, 1, 1)
        normal = (pixels - np.reshape(spec.mean, axes)) / np.reshape(spec.std, axes)
        with torch.inference_mode():
            logit = tiny_model(torch.from_numpy(normal).float()).logit.double().numpy()
        labels += batch["label"].tolist()
        scores += (1 / (1 + np.exp(-logit))).tolist()
    assert task.video_auc == pytest.approx(roc_auc_score(labels, scores))
    assert task.cross_entropy == pytest.approx(log_loss(labels, scores), abs=1e-5)


def test_a_video_s_score_is_the_mean_of_its_clips(tiny_model: MRL) -> None:
    task = DetectionTask(tiny_model)
    task.log = lambda *args, **keywords: None  # type: ignore[method-assign,assignment]
    clips = [("a", 0, 0.9), ("a", 0, 0.1), ("b", 1, 0.55), ("c", 0, 0.6), ("d", 1, 0.8)]
    task._judged.rows = [
        {"video": video, "label": label, "score": score, "manipulation": "x" * label}
        for video, label, score in clips
    ]
    task.on_validation_epoch_end()
    # Means: reals 0.5 and 0.6, fakes 0.55 and 0.8: three of four pairs are in order.
    assert task.video_auc == 0.75


def test_a_loss_that_is_no_number_stops_training(
    tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    with torch.no_grad():
        next(tiny_model.parameters()).fill_(float("nan"))
    with pytest.raises(GraphForensicsError, match="the loss became nan in epoch 0, step 0"):
        _trainer(max_epochs=1).fit(DetectionTask(tiny_model), datamodule=noise_data)


def test_the_checkpoint_says_how_to_rebuild_the_detector(
    tiny_model: MRL, tiny_keywords: dict[str, Any]
) -> None:
    checkpoint: dict[str, Any] = {}
    DetectionTask(tiny_model).on_save_checkpoint(checkpoint)
    assert checkpoint["hyper_parameters"]["detector"] == "mrl"
    assert tiny_keywords.items() <= checkpoint["hyper_parameters"]["config"].items()


@pytest.mark.parametrize(
    "wrong", [{"learning_rate": 0.0}, {"decay_every": 0}, {"decay": 0.0}, {"decay": 1.5}]
)
def test_senseless_numbers_are_refused(tiny_model: MRL, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"'{next(iter(wrong))}' must be"):
        DetectionTask(tiny_model, **wrong)

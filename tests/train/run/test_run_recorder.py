"""What is written after every epoch, and in which order of merit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning as L
import pytest
import torch

from graphforensics.errors import MissingDataError, OutputError
from graphforensics.models import MRL, load_detector
from graphforensics.models.calibration import CALIBRATION
from graphforensics.train import DetectionTask
from graphforensics.train.run.run_recorder import RunRecorder, write_model, write_text


class _Trainer:
    """The few things that the recorder asks of a trainer."""

    is_global_zero = True
    strategy = None

    def __init__(self) -> None:
        self.callback_metrics = {"train_loss": torch.tensor(1.5), "val_auc": torch.tensor(0.0)}
        self.current_epoch = 0
        self.saved: list[Path] = []

    def save_checkpoint(self, path: Path) -> None:
        self.saved.append(path)


def _epoch(recorder: RunRecorder, model: MRL, auc: float, entropy: float, mark: float) -> None:
    trainer: Any = _Trainer()
    trainer.current_epoch = len(recorder.rows)
    task = DetectionTask(model)
    task.video_auc, task.cross_entropy = auc, entropy
    with torch.no_grad():
        next(model.parameters()).fill_(mark)
    recorder.on_train_epoch_end(trainer, task)
    assert trainer.saved == [recorder.out / "last.ckpt"]


def test_the_best_epoch_is_kept_and_ties_go_to_the_lower_cross_entropy(
    tmp_path: Path, tiny_model: MRL
) -> None:
    recorder = RunRecorder(tmp_path)
    kept = []
    for mark, (auc, entropy) in enumerate([(0.6, 0.5), (0.9, 0.7), (0.9, 0.6), (0.9, 0.65)]):
        _epoch(recorder, tiny_model, auc, entropy, float(mark))
        saved = load_detector(tmp_path / "best")
        kept.append(next(saved.parameters()).flatten()[0].item())
    assert kept == [0.0, 1.0, 2.0, 2.0]
    assert recorder.best is not None
    assert recorder.best["epoch"] == 2
    lines = (tmp_path / "metrics.csv").read_text().splitlines()
    assert lines[0] == "epoch,learning_rate,train_loss,val_cross_entropy,val_auc"
    assert lines[3] == "2,nan,1.5,0.6,0.9"
    again = RunRecorder(tmp_path)
    again.load_state_dict(recorder.state_dict())
    assert (again.rows, again.best) == (recorder.rows, recorder.best)


def test_an_undefined_figure_is_an_error(tmp_path: Path, tiny_model: MRL) -> None:
    with pytest.raises(MissingDataError, match="of one class"):
        _epoch(RunRecorder(tmp_path), tiny_model, float("nan"), 0.5, 0.0)


def test_other_tasks_are_refused(tmp_path: Path) -> None:
    trainer: Any = _Trainer()
    with pytest.raises(TypeError, match="must be a DetectionTask"):
        RunRecorder(tmp_path).on_train_epoch_end(trainer, L.LightningModule())


def test_a_model_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, tiny_model: MRL) -> None:
    write_model(tiny_model, tmp_path / "best")
    before = (tmp_path / "best" / "model.safetensors").read_bytes()
    (tmp_path / ".best.partial").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        write_model(tiny_model, tmp_path / "best")
    assert (tmp_path / "best" / "model.safetensors").read_bytes() == before


def test_a_text_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file/split\.json: cannot be written"):
        write_text(tmp_path / "file" / "split.json", "{}")


def test_new_weights_take_the_old_ones_calibration_away(tmp_path: Path, tiny_model: MRL) -> None:
    write_model(tiny_model, tmp_path / "best")
    place = tmp_path / "best" / CALIBRATION
    place.write_text("of the weights before")
    with torch.no_grad():
        next(tiny_model.parameters()).add_(1.0)
    write_model(tiny_model, tmp_path / "best")
    assert not place.exists()

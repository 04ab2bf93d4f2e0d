"""The running mean of the weights: its equation, what is judged and kept, and nothing lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning as L
import numpy as np
import pytest
import torch
from torch import Tensor

from graphforensics.models import MRL, load_detector
from graphforensics.train import FaceStoreDataModule, TrainingOptions, train_detector
from graphforensics.train.run.running_mean import RunningMean

DECAY = 0.7


class _Watch(L.Callback):
    """Note the weights after every step, and those that validation sees."""

    def __init__(self) -> None:
        self.steps: list[np.ndarray] = []
        self.judged: list[Tensor] = []

    def on_train_batch_end(self, trainer: L.Trainer, task: Any, *rest: Any) -> None:
        self.steps.append(_weight(task.model).double().numpy())

    def on_validation_batch_start(self, trainer: L.Trainer, task: Any, *rest: Any) -> None:
        self.judged.append(_weight(task.model))


def _weight(model: MRL) -> Tensor:
    return next(model.learner.parameters()).detach().clone()


def test_validation_and_the_saved_detector_have_the_mean(
    tmp_path: Path,
    tiny_model: MRL,
    noise_data: FaceStoreDataModule,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = _Watch()
    trainer = L.Trainer
    monkeypatch.setattr(
        L, "Trainer", lambda **keys: trainer(**{**keys, "callbacks": [*keys["callbacks"], watch]})
    )
    options = TrainingOptions(epochs=2, learning_rate=1e-2, ema=DECAY)
    summary = train_detector(tiny_model, noise_data, tmp_path / "run", options)
    # The mean starts at the weights of the first step.
    mean = watch.steps[0]
    means = [mean]
    for step in watch.steps[1:]:
        mean = DECAY * mean + (1 - DECAY) * step
        means.append(mean)
    assert len(watch.steps) == 4
    for epoch, judged in enumerate(watch.judged):
        np.testing.assert_allclose(judged.double().numpy(), means[2 * epoch + 1], rtol=1e-5)
        assert not np.allclose(judged.double().numpy(), watch.steps[2 * epoch + 1], rtol=1e-3)
    saved = load_detector(summary.folder)
    assert isinstance(saved, MRL)
    assert torch.equal(_weight(saved), watch.judged[int(summary.best["epoch"])])


def test_the_mean_is_shown_for_a_while_only(tiny_model: MRL) -> None:
    task: Any = L.LightningModule()
    task.model = torch.nn.Linear(1, 1, bias=False)
    mean = RunningMean(0.5)
    trainer: Any = None
    mean.setup(trainer, task, "fit")
    before = task.model.weight.detach().clone()
    with torch.no_grad():
        task.model.weight.add_(1)
    with mean.shown(trainer, task):
        assert torch.equal(task.model.weight, before)
    assert torch.equal(task.model.weight, before + 1)


@pytest.mark.parametrize("decay", [0.0, 1.0, -1.0])
def test_a_senseless_share_is_refused(decay: float) -> None:
    with pytest.raises(ValueError, match="'decay' must be in"):
        RunningMean(decay)

"""A training that diverged is told as such: where, at which step size, and what to try."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

from graphforensics.errors import DivergenceError
from graphforensics.models import MRL
from graphforensics.train import FaceStoreDataModule, TrainingOptions, train_detector


def test_a_loss_that_is_no_number(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    options = TrainingOptions(epochs=9, learning_rate=1e30, optimizer="sgd", precision="32")
    with pytest.raises(DivergenceError) as error:
        train_detector(tiny_model, noise_data, tmp_path / "run", options)
    told = str(error.value)
    assert told.startswith("training diverged: ")
    assert "in epoch 0" in told
    assert "at learning rate 1e+30; try a lower learning rate (such as 1e+29), clipped" in told
    assert "precision" not in told, "it was 32 already"


def test_scores_that_are_no_numbers_are_not_blamed_on_a_clip(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    """The last step of an epoch breaks the weights; the loss before it was a number."""
    last = [parameter for parameter in tiny_model.parameters() if parameter.requires_grad][-1]
    steps = []

    def break_at_the_end(optimizer: object, *rest: object) -> None:
        steps.append(1)
        if len(steps) == 2:
            with torch.no_grad():
                last.fill_(float("nan"))

    options = TrainingOptions(epochs=1, precision="bf16-mixed", clip_gradients=1.0)
    handle = register_optimizer_step_post_hook(break_at_the_end)
    try:
        with pytest.raises(DivergenceError, match="scores of validation clips") as error:
            train_detector(tiny_model, noise_data, tmp_path / "run", options)
    finally:
        handle.remove()
    assert "precision 32" in str(error.value)
    assert "clipped" not in str(error.value), "they were clipped already"

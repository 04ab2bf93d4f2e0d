"""Training ends when its time is over and keeps what it has."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graphforensics.models import MRL, load_detector
from graphforensics.train import FaceStoreDataModule, TrainingOptions, train_detector
from graphforensics.train.run.time_limit import TimeLimit


def test_an_epoch_that_is_cut_short_counts_for_the_best_but_not_for_resuming(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    out = tmp_path / "run"
    before = {name: value.clone() for name, value in tiny_model.state_dict().items()}
    summary = train_detector(tiny_model, noise_data, out, TrainingOptions(max_time=1e-6))
    assert [row["epoch"] for row in summary.rows] == [0]
    assert summary.out_of_time
    assert not (out / "last.ckpt").exists()
    after = load_detector(out / "best").state_dict()
    assert any(not torch.equal(before[name], after[name]) for name in before)
    again = train_detector(tiny_model, noise_data, out, TrainingOptions(epochs=1), resume=True)
    assert (out / "last.ckpt").exists()
    assert [row["epoch"] for row in again.rows] == [0]
    assert not again.out_of_time


def test_no_limit_changes_nothing(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    options = TrainingOptions(epochs=2, max_time=3600)
    summary = train_detector(tiny_model, noise_data, tmp_path / "run", options)
    assert len(summary.rows) == 2
    with pytest.raises(ValueError, match="'seconds' must be positive"):
        TimeLimit(0)

"""What does not fit is told before anything is written, and looking changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from graphforensics.data import InputSpec
from graphforensics.errors import MissingDataError
from graphforensics.models import MRL
from graphforensics.train import (
    DetectionTask,
    FaceStoreDataModule,
    TrainingOptions,
    train_detector,
)
from graphforensics.train.run.first_batch import check_first_batch


def _data(store: Path, size: int = 32, **keywords: Any) -> FaceStoreDataModule:
    spec = InputSpec("clip", size=size, snippets=2, frames=3)
    settings: dict[str, Any] = {"batch_size": 4, "fractions": (0.5, 0.25, 0.25), **keywords}
    return FaceStoreDataModule([store], spec, **settings)


def test_looking_changes_nothing(tiny_model: MRL, noise_data: FaceStoreDataModule) -> None:
    task = DetectionTask(tiny_model).train()
    before = {name: value.clone() for name, value in task.state_dict().items()}
    check_first_batch(task, noise_data)
    assert task.training
    assert all(torch.equal(before[name], value) for name, value in task.state_dict().items())


def test_other_shapes_are_refused(tmp_path: Path, tiny_model: MRL, noise_store: Path) -> None:
    with pytest.raises(ValueError, match="'data' must be of InputSpec"):
        train_detector(tiny_model, _data(noise_store, size=48), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_detector_that_fails_is_told_in_one_sentence(
    tmp_path: Path,
    tiny_model: MRL,
    noise_data: FaceStoreDataModule,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(MRL, "loss", lambda self, output, batch: {"loss": batch["mask"].mean()})
    with pytest.raises(ValueError, match="do not fit the detector: KeyError: 'mask'"):
        train_detector(tiny_model, noise_data, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_pseudo_fakes_are_asked_for_on_both_sides(
    tmp_path: Path, tiny_model: MRL, face_store: Path
) -> None:
    options = TrainingOptions(epochs=1, pseudo_fakes="whole")
    for data, chosen in (
        (_data(face_store), options),
        (_data(face_store, pseudo_fakes=True), TrainingOptions(epochs=1)),
    ):
        with pytest.raises(ValueError, match="'pseudo_fakes' must be asked for of the task and"):
            train_detector(tiny_model, data, tmp_path / "run", chosen)


def test_real_faces_without_landmarks_are_refused(
    tmp_path: Path, tiny_model: MRL, face_store: Path
) -> None:
    labels = tmp_path / "labels.csv"
    # Only the people without landmarks are real.
    names = [f"{kind}/{n}.mp4" for kind in ("real", "fake") for n in range(8)]
    reals = {"real/6.mp4", "real/7.mp4"}
    rows = [f"{n},{'real' if n in reals else 'fake'},{n}" for n in names]
    labels.write_text("\n".join(["file,label,video", *rows]))
    data = _data(face_store, pseudo_fakes=True, labels=labels, fractions=(0.5, 0.5, 0))
    task = DetectionTask(tiny_model, pseudo_fakes="whole")
    with pytest.raises(MissingDataError, match="real faces of the train part has usable landmarks"):
        check_first_batch(task, data)

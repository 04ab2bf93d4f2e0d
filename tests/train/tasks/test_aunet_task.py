"""AUNet's task: which fakes a step sees, and how their features are mixed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from graphforensics.models import MRL, AUNet, PairMixing
from graphforensics.train import TrainingOptions, train_detector
from graphforensics.train.face_store_data_module import FaceStoreDataModule
from graphforensics.train.recipes.recipe import read_recipe
from graphforensics.train.tasks.aunet_task import AUNetTask
from graphforensics.train.tasks.registry import task_class
from tests.tamper.conftest import schematic_face

SMALL: dict[str, Any] = {
    "encoder": "resnet10t",
    "encoder_stage": 2,
    "width": 16,
    "hidden_channels": 16,
    "heads": 2,
    "size": 48,
}


def batch_of(faces: int) -> dict[str, Any]:
    """Real faces with landmarks, as the data module loads them."""
    seeded = torch.Generator().manual_seed(1)
    names = [f"clip{number}/track_000" for number in range(faces)]
    face = torch.from_numpy(schematic_face((24.0, 22.0), 34.0))
    return {
        "inputs": torch.randint(256, (faces, 3, 48, 48), dtype=torch.uint8, generator=seeded),
        "label": torch.zeros(faces),
        "landmarks": torch.stack([face + number for number in range(faces)]),
        "track_id": names,
        **dict.fromkeys(("dataset", "manipulation", "video", "quality", "identity"), names),
    }


def task_of(**keywords: Any) -> AUNetTask:
    torch.manual_seed(3)
    task = AUNetTask(AUNet(**SMALL, **keywords), pseudo_fakes="partial", seed=5)
    task.log_losses = lambda *arguments, **others: None  # type: ignore[method-assign]
    return task


def test_it_is_the_task_of_aunet_and_of_its_recipes() -> None:
    assert task_class("aunet") is AUNetTask
    for name in ("aunet", "aunet_small"):
        recipe = read_recipe(name)
        assert recipe["task"] is AUNetTask
        assert recipe["pseudo_fakes"] == "partial"
        assert AUNet(**recipe["set"]).stages == 3
    paper = read_recipe("aunet")
    assert [paper[word] for word in ("optimizer", "lr", "epochs", "batch_size", "clips")] == [
        "sgd",
        0.001,
        100,
        32,
        8,
    ]
    with pytest.raises(ValueError, match=r"'model' must be an AUNet \(got MRL\)"):
        AUNetTask(MRL(encoder="resnet10t", regions=2, snippets=1, frames=1, size=32))


def test_a_step_sees_pairs_and_mixes_their_features() -> None:
    task, seen = task_of(), []
    run = task.model.forward
    task.model.forward = lambda inputs, mixing=None: seen.append(mixing) or run(inputs, mixing)  # type: ignore[method-assign]
    loss = task.training_step(batch_of(3), 0)
    assert loss is not None
    loss.backward()
    mixing = seen[0]
    assert isinstance(mixing, PairMixing)
    assert mixing.real.tolist() == [0, 1, 2]
    assert mixing.fake.tolist() == [3, 4, 5]
    assert mixing.mask.shape == (3, 1, 48, 48)
    assert 0 < mixing.mask.mean() < 1
    assert all(p.grad is not None and p.grad.isfinite().all() for p in task.model.parameters())
    task.eval()
    task.validation_step(batch_of(3), 0)
    assert seen[1] is None


def test_the_same_seeds_give_the_same_step_and_others_do_not() -> None:
    task, losses = task_of(), []
    for seed in (7, 7, 8):
        torch.manual_seed(seed)
        for layer in task.model.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.reset_running_stats()
        losses.append(task.training_step(batch_of(3), 0).item())  # type: ignore[union-attr]
    assert losses[0] == losses[1] != losses[2]


def test_tampering_of_the_image_alone() -> None:
    task = task_of(tampering="image")
    batch = task.prepared(batch_of(2))
    assert task._mixing is None
    assert (batch["inputs"][2:] != batch["inputs"][:2]).any()


def test_tampering_of_the_features_alone() -> None:
    """The images stay; each copy is mixed with another face where the mask is."""
    task = task_of(tampering="features")
    batch = task.prepared(batch_of(3))
    assert torch.equal(batch["inputs"][3:], batch["inputs"][:3])
    assert batch["label"].tolist() == [0, 0, 0, 1, 1, 1]
    assert batch["mask"][3:].amax((1, 2, 3)).min() > 0
    mixing = task._mixing
    assert mixing is not None
    assert mixing.real.tolist() == [2, 0, 1]
    one = task.prepared(batch_of(1))
    assert (one["inputs"][1:] != one["inputs"][:1]).any()
    task.eval()
    shown = task.prepared(batch_of(3))
    assert (shown["inputs"][3:] != shown["inputs"][:3]).any()
    assert task._mixing is None


def test_faces_without_usable_landmarks() -> None:
    task, batch = task_of(), batch_of(3)
    batch["landmarks"][1] = torch.nan
    prepared = task.prepared(batch)
    assert prepared["label"].tolist() == [0, 0, 1, 1]
    assert prepared["left_out"] == 1
    batch["landmarks"][:] = 0
    prepared = task.prepared(batch)
    assert prepared["label"].tolist() == [0, 0, 0]
    assert task._mixing is None
    loss = task.training_step(batch, 0)
    assert loss is not None
    assert loss.isfinite()


def test_without_pseudo_fakes_it_is_the_common_task() -> None:
    task = AUNetTask(AUNet(**SMALL))
    batch = batch_of(2)
    assert task.prepared(batch) is batch
    assert task._mixing is None


@pytest.fixture
def real_store(tmp_path: Path, labelled_store: Callable[..., Path]) -> Path:
    return labelled_store(tmp_path / "store", people=6)


def test_a_run_that_was_broken_off_ends_as_one_that_was_not(
    real_store: Path, tmp_path: Path
) -> None:
    def run(folder: str, epochs: int, resume: bool = False) -> dict[str, torch.Tensor]:
        torch.manual_seed(1)
        model = AUNet(**SMALL)
        data = FaceStoreDataModule([real_store], model.input_spec, batch_size=4, pseudo_fakes=True)
        options = TrainingOptions(epochs=epochs, pseudo_fakes="partial", seed=2)
        summary = train_detector(model, data, tmp_path / folder, options, resume=resume)
        assert summary.best["train_left_out"] == 0
        return model.state_dict()

    whole = run("whole", 2)
    run("parts", 1)
    parts = run("parts", 2, resume=True)
    assert all(torch.equal(value, parts[name]) for name, value in whole.items())

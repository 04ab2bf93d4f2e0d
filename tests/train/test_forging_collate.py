"""Pairs made by the workers of a loader are those that the task makes, and train as they do."""

from __future__ import annotations

import csv
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from graphforensics.models import MRL
from graphforensics.train import DetectionTask, FaceStoreDataModule, TrainingOptions, train_detector
from graphforensics.train.forging_collate import ForgingCollate
from graphforensics.train.pseudo_fakes import PseudoFakes

OPTIONS = TrainingOptions(
    epochs=3, learning_rate=1e-3, precision="32", pseudo_fakes="whole=2,regenerate=1", seed=4
)


def _model(keywords: dict[str, Any]) -> MRL:
    torch.manual_seed(3)
    return MRL(**keywords)


def _data(store: Path, model: MRL, workers: int = 0, **keywords: Any) -> FaceStoreDataModule:
    settings: dict[str, Any] = {
        "batch_size": 4,
        "fractions": (0.5, 0.25, 0.25),
        "clips": 2,
        "augment": "published",
        "pseudo_fakes": True,
        "seed": 4,
        **keywords,
    }
    return FaceStoreDataModule([store], model.input_spec, workers=workers, **settings)


def _run(
    out: Path, store: Path, keywords: dict[str, Any], workers: int, **more: Any
) -> tuple[dict[str, torch.Tensor], list[dict[str, str]]]:
    model = _model(keywords)
    data = _data(store, model, workers)
    train_detector(model, data, out, OPTIONS, accelerator="cpu", **more)
    weights = torch.load(out / "last.ckpt", weights_only=True)["state_dict"]
    return weights, list(csv.DictReader((out / "metrics.csv").open()))


def _require_same(one: Any, two: Any) -> None:
    assert one[1] == two[1]
    assert all(torch.equal(one[0][name], value) for name, value in two[0].items())


def _interrupt(row: object) -> None:
    raise KeyboardInterrupt


def _count_calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the batches that are forged in this process; a worker counts in its own memory."""
    calls = [0]
    forge = PseudoFakes.__call__

    def counted(self: PseudoFakes, batch: dict[str, Any], epoch: int | None) -> dict[str, Any]:
        calls[0] += 1
        return forge(self, batch, epoch)

    monkeypatch.setattr(PseudoFakes, "__call__", counted)
    return calls


@pytest.fixture(scope="module")
def alone(
    tmp_path_factory: pytest.TempPathFactory, face_store: Path, tiny_keywords: dict[str, Any]
) -> Any:
    """Weights and table of a run that forges in the process that trains."""
    return _run(tmp_path_factory.mktemp("alone") / "run", face_store, tiny_keywords, 0)


def test_workers_forge_and_the_run_is_the_same_to_the_bit(
    tmp_path: Path,
    face_store: Path,
    tiny_keywords: dict[str, Any],
    alone: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = _count_calls(monkeypatch)
    found = _run(tmp_path / "run", face_store, tiny_keywords, 1)
    _require_same(found, alone)
    assert calls[0] == 2  # The look at the first samples of either part, and no step.
    # Faces without landmarks are counted wherever it is found out.
    assert sum(float(row[f"{part}_left_out"]) for row in found[1] for part in ("train", "val")) > 0


def test_a_run_that_was_broken_off_goes_on_as_if_it_had_not_been(
    tmp_path: Path, face_store: Path, tiny_keywords: dict[str, Any], alone: Any
) -> None:
    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path / "run", face_store, tiny_keywords, 2, on_epoch=_interrupt)
    _require_same(_run(tmp_path / "run", face_store, tiny_keywords, 1, resume=True), alone)


def _as_if_trained(data: FaceStoreDataModule, task: Any, device: str, rank: int, of: int) -> None:
    strategy = SimpleNamespace(root_device=torch.device(device))
    data.trainer = SimpleNamespace(  # type: ignore[assignment]
        lightning_module=task,
        strategy=strategy,
        world_size=of,
        global_rank=rank,
    )


def test_processes_make_the_pairs_of_one_between_them(
    face_store: Path, tiny_keywords: dict[str, Any]
) -> None:
    model = _model(tiny_keywords)
    task = DetectionTask(model, pseudo_fakes="whole=2,regenerate=1", seed=4)
    batches: list[list[dict[str, Any]]] = []
    for rank, of in ((0, 1), (0, 2), (1, 2)):
        data = _data(face_store, model, workers=1, clips=3)
        _as_if_trained(data, task, "cpu", rank, of)
        loader: Any = data.train_dataloader()
        loader.batch_sampler.sampler.set_epoch(5)
        batches.append(list(loader))
    whole, *parts = batches
    assert len(whole) == len(parts[0]) == len(parts[1]) > 1
    compared = 0
    for one, first, second in zip(whole, *parts, strict=True):
        forged = _forged(one)
        if len(forged) + one["left_out"] == 1:
            continue  # The second process has a copy of it, which does not count.
        assert sorted(forged) == sorted(_forged(first) + _forged(second))
        assert one["left_out"] == first["left_out"] + second["left_out"]
        compared += len(forged)
    assert compared > 4


def _forged(batch: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return name, pixels and mask of every forgery."""
    values = (batch[name].flatten(1).tolist() for name in ("inputs", "mask"))
    rows = zip(batch["label"].tolist(), batch["track_id"], *values, strict=True)
    return [row[1:] for row in rows if row[0]]


def test_a_task_is_handed_pairs_of_its_own_epoch(
    face_store: Path, tiny_keywords: dict[str, Any]
) -> None:
    model = _model(tiny_keywords)
    task = DetectionTask(model, pseudo_fakes="whole", seed=4)
    data = _data(face_store, model, workers=1, augment="none")
    samples = [data.dataset("train")[7, place] for place in range(2)]
    assert task.pseudo_fakes is not None
    made = ForgingCollate(task.pseudo_fakes)(samples)
    told = [{k: v for k, v in sample.items() if k != "epoch"} for sample in samples]
    wanted = task.pseudo_fakes(torch.utils.data.default_collate(told), 7)
    assert made.keys() == wanted.keys()
    assert torch.equal(made["inputs"], wanted["inputs"])
    assert task.prepared(made) is made
    # In validation the epoch does not count.
    shown = [data.dataset("val")[place] for place in range(2)]
    assert all("epoch" not in sample for sample in shown)
    found = ForgingCollate(task.pseudo_fakes)(shown)
    task.eval()
    assert torch.equal(
        found["inputs"], task.prepared(torch.utils.data.default_collate(shown))["inputs"]
    )


@pytest.mark.parametrize(
    ("workers", "device", "labels", "forges"),
    [
        (1, "cpu", "both", True),
        (0, "cpu", "both", False),
        (1, "cuda", "both", False),
        (1, "cpu", "real", False),
    ],
)
def test_only_workers_of_a_training_on_processors_forge(
    face_store: Path,
    tiny_keywords: dict[str, Any],
    workers: int,
    device: str,
    labels: str,
    forges: bool,
) -> None:
    model = _model(tiny_keywords)
    data = _data(face_store, model, workers=workers)
    assert not isinstance(data.train_dataloader().collate_fn, ForgingCollate)
    task = SimpleNamespace(pseudo_fakes=PseudoFakes("whole", model.input_spec), labels=labels)
    _as_if_trained(data, task, device, 0, 1)
    for loader in (data.train_dataloader(), data.val_dataloader()):
        assert isinstance(loader.collate_fn, ForgingCollate) is forges
    assert not isinstance(data.test_dataloader().collate_fn, ForgingCollate)

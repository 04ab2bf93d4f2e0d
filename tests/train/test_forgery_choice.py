"""Ways to forge by share, and training on forgeries that lie in the stores."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import default_collate

from graphforensics.cli.main import main
from graphforensics.data import InputSpec
from graphforensics.datasets import FakeFaceDataset
from graphforensics.errors import MissingDataError
from graphforensics.models import Baseline
from graphforensics.train import FaceStoreDataModule, PseudoFakes, TrainingOptions, train_detector
from graphforensics.train.forgery_choice import ForgeryChoice, recipe_seed

SPEC = InputSpec("image", size=64)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    people = FakeFaceDataset("all", identities=8, frames=6, manipulations=["self_blend", "swap"])
    return people.write_store(tmp_path_factory.mktemp("drawn") / "store", size=72)


def _data(store: Path, kind: str, **keywords: Any) -> FaceStoreDataModule:
    settings = {"batch_size": 8, "fractions": (0.5, 0.25, 0.25), "clips": 6, "seed": 2, **keywords}
    return FaceStoreDataModule([store], SPEC, pseudo_fakes=kind, **settings)


def _pairs(data: FaceStoreDataModule, kind: str, epoch: int = 3) -> tuple[Any, Any]:
    dataset = data.dataset("train")
    batch = default_collate([dataset[epoch, place] for place in range(len(dataset))])
    return batch, PseudoFakes(kind, SPEC, 2)(batch, None)


def test_the_forged_half_is_read_from_the_stores(store: Path) -> None:
    batch, made = _pairs(_data(store, "regenerate,stored"), "regenerate,stored")
    half = len(made["label"]) // 2
    assert half == len(batch["label"])
    there = batch["forged_there"].tolist()
    assert {made["manipulation"][half + n] for n in range(half) if there[n]} <= {
        "self_blend",
        "swap",
    }
    assert 0.2 < sum(there) / half < 0.8
    drawn = PseudoFakes("regenerate", SPEC, 2)(
        {n: v for n, v in batch.items() if not n.startswith("forged")}, None
    )
    for number in range(half):
        fake = half + number
        if there[number]:
            assert torch.equal(made["inputs"][fake], batch["forged"][number])
            assert torch.equal(made["landmarks"][fake], batch["forged_landmarks"][number])
            assert torch.equal(made["inputs"][number], batch["inputs"][number])
            assert not made["has_mask"][fake]  # A drawn store has no files of masks.
        else:
            assert made["manipulation"][fake] == "regenerate"
            assert torch.equal(made["inputs"][fake], drawn["inputs"][fake])
            assert made["has_mask"][fake]
    assert not any(name.startswith("forged") or name == "epoch" for name in made)


def test_some_manipulations_only(store: Path) -> None:
    data = _data(store, "stored", manipulations=["swap"])
    made = _pairs(data, "stored")[1]
    half = len(made["label"]) // 2
    assert set(made["manipulation"][half:]) == {"swap"}
    assert made["left_out"] == 0
    with pytest.raises(MissingDataError, match="no fake of the manipulation 'nose'"):
        _data(store, "stored", manipulations=["nose"])


def test_a_face_without_a_forgery_gets_another_way_or_is_left_out(store: Path) -> None:
    batch = _pairs(_data(store, "stored"), "stored")[0]
    batch["forged_there"][::2] = False
    alone = PseudoFakes("stored", SPEC, 2)(batch, None)
    half = len(batch["label"]) // 2
    assert alone["left_out"] == len(batch["label"]) - half
    assert alone["manipulation"][half:] == list(batch["forged_by"][1::2])
    kind = "stored=1000,whole=1,regenerate=1"
    mixed = PseudoFakes(kind, SPEC, 2)(batch, None)
    assert mixed["left_out"] == 0
    half = len(batch["label"])
    others = mixed["manipulation"][half::2]
    assert set(others) == {"self_blend", "regenerate"}
    assert others == PseudoFakes(kind, SPEC, 2)(batch, None)["manipulation"][half::2]


def test_a_choice_is_the_sample_s_alone() -> None:
    choice = ForgeryChoice("stored=1,whole=3", 5)
    found = [bool(choice.stored(f"track {n}", 1, 0, 2)) for n in range(800)]
    assert sum(found) / 800 == pytest.approx(0.25, abs=0.05)
    for number in range(20):
        seed = recipe_seed(f"track {number}", 5, 1, 0)
        assert (choice.ways([seed]) == ["stored"]) is found[number]
        assert choice.stored(f"track {number}", 1, 0, 0) == []
    orders = [choice.stored(f"track {n}", 1, 0, 3) for n in range(800)]
    assert {order[0] for order in orders if order} == {0, 1, 2}
    assert choice.other(3) == "whole"
    assert ForgeryChoice("stored").other(3) is None


def test_data_without_forgeries_of_their_faces_are_refused(tmp_path: Path) -> None:
    people = FakeFaceDataset("all", identities=8, frames=2, manipulations=[])
    root = people.write_store(tmp_path / "store", size=72)
    with pytest.raises(MissingDataError, match="no forged track of the train part is of a real"):
        _data(root, "stored=1,whole=1")


def test_task_and_data_must_agree(store: Path, tmp_path: Path) -> None:
    model = Baseline(encoder="resnet10t", size=64)
    options = TrainingOptions(pseudo_fakes="stored", seed=3)
    for kind in ("stored", True):
        data: Any = _data(store, kind)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="of the data must be those of the task, 'stored'"):
            train_detector(model, data, tmp_path / "run", options)


def test_one_command_trains_on_a_family_of_the_store(store: Path, tmp_path: Path) -> None:
    words = ["train", "--model=baseline", "--encoder=resnet10t", "--set=size=64", "--epochs=1"]
    words += [f"--data={store}", "--pseudo-fakes=stored=3,whole=1", "--manipulations", "swap"]
    words += ["--fractions", "0.5", "0.25", "0.25", "--batch-size=4", "--clips=3", "--precision=32"]
    tables = []
    for workers in (0, 1):
        run = tmp_path / f"run{workers}"
        assert main([*words, f"--out={run}", f"--workers={workers}", "--accelerator=cpu"]) == 0
        tables.append(list(csv.DictReader((run / "metrics.csv").open())))
        told = json.loads((run / "run.json").read_text())
        assert told["trained_on"]["manipulation"] == ["self_blend", "swap"]
    assert tables[0] == tables[1]

"""Stores by share and people equally often, as data options and by the command line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graphforensics.cli.main import main
from graphforensics.data import InputSpec
from graphforensics.errors import MissingDataError
from graphforensics.train import FaceStoreDataModule

SPEC = InputSpec("image", size=32)
Make = Callable[..., Path]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, labelled_store: Make) -> list[Path]:
    """Twelve people in one store, six others in another."""
    root = tmp_path_factory.mktemp("stores")
    return [
        labelled_store(root / "clips", people=12),
        labelled_store(root / "stills", people=6, prefix="still_"),
    ]


def _order(data: FaceStoreDataModule, epochs: int) -> list[dict[str, Any]]:
    rows = data.rows("train").to_pylist()
    loader: Any = data.train_dataloader()
    sampler = loader.batch_sampler.sampler
    found = []
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        order = list(sampler)
        assert len(order) == len(rows) * data.clips
        found += [rows[position // data.clips] for _, position in order]
    return found


def test_stores_have_their_shares(stores: list[Path]) -> None:
    data = FaceStoreDataModule(stores, SPEC, shares=[1, 3], fractions=(0.5, 0.25, 0.25))
    seen = Counter(Path(row["store"]).name for row in _order(data, 6))
    assert seen["stills"] / seen.total() == pytest.approx(0.75, abs=0.04)
    batch = next(iter(data.train_dataloader()))
    assert sum(name.startswith("still_") for name in batch["video"]) > len(batch["video"]) / 2


def test_with_balance_the_classes_of_each_store_are_equal(stores: list[Path]) -> None:
    data = FaceStoreDataModule(stores, SPEC, shares=[1, 1], balance=True, clips=2)
    seen = Counter((Path(row["store"]).name, row["label"]) for row in _order(data, 10))
    for count in seen.values():
        assert count / seen.total() == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize("pseudo", [False, "whole"])
def test_every_person_equally_often(
    tmp_path: Path, labelled_store: Make, pseudo: bool | str
) -> None:
    """One person has most of the tracks: as a table of labels says so."""
    root = labelled_store(tmp_path / "store", people=16)
    rows = [
        f"{kind}/{n}.mp4,{kind},{'busy' if n < 9 else f'p{n}'}"
        for n in range(16)
        for kind in ("real", "fake")
    ]
    (tmp_path / "labels.csv").write_text("\n".join(["file,label,identity", *rows]))
    settings: dict[str, Any] = {"labels": tmp_path / "labels.csv", "fractions": (0.7, 0.15, 0.15)}
    data = FaceStoreDataModule([root], SPEC, balance="identity", pseudo_fakes=pseudo, **settings)
    order = _order(data, 12)
    people = {row["identity"] for row in data.rows("train").to_pylist()}
    assert len(people) > 2
    if not pseudo:
        labels = Counter(row["label"] for row in order)
        assert labels["real"] == labels["fake"]
    for label in {row["label"] for row in order}:
        seen = Counter(row["identity"] for row in order if row["label"] == label)
        assert set(seen) == people
        assert max(seen.values()) - min(seen.values()) <= 1


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"shares": [1.0]}, "'shares' must be one for each of the 2 stores"),
        ({"shares": [1.0, 0.0]}, "'shares' must be positive"),
        ({"shares": [1.0, 1.0], "pairs": True}, "'shares' must be left out with 'pairs'"),
        ({"balance": "identity", "pairs": True}, "'balance' must be false with 'pairs'"),
        ({"balance": "people"}, "'balance'"),
    ],
)
def test_what_does_not_fit_is_refused(
    stores: list[Path], settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        FaceStoreDataModule(stores, SPEC, **settings)


def test_a_store_with_a_share_and_without_faces_to_train_on(
    stores: list[Path], tmp_path: Path
) -> None:
    parts = FaceStoreDataModule(stores, SPEC).split
    entries = parts["parts"]
    still = [row for row in entries["train"] if "still_" in row["source"]]
    entries["train"] = [row for row in entries["train"] if row not in still]
    entries["test"] += still
    file = tmp_path / "split.json"
    file.write_text(json.dumps(parts))
    with pytest.raises(MissingDataError, match="stills: 'shares' asks for its faces"):
        FaceStoreDataModule(stores, SPEC, split=file, shares=[1, 1])


def test_options_and_recipes(
    tmp_path: Path, stores: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", *map(str, stores)]
    words = ["train", "--config=baseline_small", *data, "--shares", "1", "3"]
    for told, wanted in (
        (["--balance", "identity"], "balance: identity"),
        (["--balance"], "balance: true"),
        (["--no-balance"], "balance: false"),
    ):
        assert main([*words, *told, "--print-config"]) == 0
        text = capsys.readouterr().out
        assert wanted in text or (wanted.endswith("false") and "balance: true" not in text)
        (tmp_path / "own.yaml").write_text(text)
        assert main(["recipe", "check", str(tmp_path / "own.yaml")]) == 0
        capsys.readouterr()
    assert "shares:" in text
    with pytest.raises(SystemExit):
        main([*words, "--balance=people"])
    assert "must be alone or one of identity" in capsys.readouterr().err


def test_a_run_says_what_it_was(tmp_path: Path, stores: list[Path]) -> None:
    words = ["train", "--model=baseline", "--encoder=resnet10t", "--set=size=32", "--epochs=1"]
    words += ["--data", *map(str, stores), "--shares", "1", "2", "--balance", "identity"]
    words += ["--batch-size=8", "--workers=0", "--precision=32", "--no-calibrate"]
    assert main([*words, f"--out={tmp_path / 'run'}"]) == 0
    told = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (told["shares"], told["balance"]) == ([1.0, 2.0], "identity")

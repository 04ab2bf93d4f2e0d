"""What a detector saw, and what it was kept from seeing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from graphforensics.data import InputSpec
from graphforensics.errors import MissingDataError
from graphforensics.models import MRL
from graphforensics.store.track_table import track_table, with_manipulations
from graphforensics.train import FaceStoreDataModule, TrainingOptions, train_detector
from graphforensics.train.run.trained_on import trained_on

SPEC = InputSpec("clip", size=32, snippets=2, frames=3)


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Fakes of even people are reenacted."""
    lines = [
        f"{label}/{n}.mp4,{label},{'' if label == 'real' else 'swap' if n % 2 else 'reenact'}"
        for label in ("real", "fake")
        for n in range(12)
    ]
    path = tmp_path / "labels.csv"
    path.write_text("file,label,manipulation\n" + "\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, labelled_store: Callable[..., Path]) -> Path:
    return labelled_store(tmp_path_factory.mktemp("kinds") / "store", people=12)


def test_kinds_of_a_table() -> None:
    rows = [
        {"label": "fake", "dataset": "B", "manipulation": "swap", "quality": "c23"},
        {"label": "real", "dataset": "A", "manipulation": "original", "quality": None},
    ]
    assert trained_on(pa.Table.from_pylist(rows)) == {
        "dataset": ["A", "B"],
        "manipulation": ["swap"],
        "quality": ["c23"],
    }


def test_training_sees_some_manipulations_and_testing_all(store: Path, labels: Path) -> None:
    def data(**more: object) -> FaceStoreDataModule:
        shares = (0.5, 0.25, 0.25)
        return FaceStoreDataModule([store], SPEC, 4, labels, fractions=shares, **more)  # type: ignore[arg-type]

    def kinds(part: FaceStoreDataModule, name: str) -> set[str]:
        return {m for m in part.rows(name).column("manipulation").to_pylist() if m}

    whole, some = data(), data(manipulations=["swap"])
    assert some.split == whole.split
    assert kinds(some, "train") == kinds(some, "val") == {"swap"}
    assert kinds(some, "test") == kinds(whole, "test") == {"swap", "reenact"}
    assert len(some.rows("train")) < len(whole.rows("train"))


def test_the_run_says_what_was_seen(
    tmp_path: Path, store: Path, labels: Path, tiny_model: MRL
) -> None:
    data = FaceStoreDataModule(
        [store], SPEC, 4, labels, fractions=(0.5, 0.25, 0.25), manipulations=["reenact"]
    )
    train_detector(tiny_model, data, tmp_path / "run", TrainingOptions(epochs=1))
    told = json.loads((tmp_path / "run" / "run.json").read_text())
    assert told["manipulations"] == ["reenact"]
    assert told["trained_on"]["manipulation"] == ["reenact"]
    assert told["trained_on"]["dataset"] == ["noise"]


def test_a_manipulation_that_is_not_there(store: Path, labels: Path) -> None:
    table = track_table([store], labels)
    kept = with_manipulations(table, ["swap"])
    assert len(kept) == 18
    with pytest.raises(MissingDataError, match=r"'melt' \(there are: reenact, swap\)"):
        with_manipulations(table, ["swap", "melt"])

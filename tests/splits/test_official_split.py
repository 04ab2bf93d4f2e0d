"""The authors' split, out of the stores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graphforensics.data import InputSpec
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.errors import MissingDataError
from graphforensics.splits.official_split import official_split
from graphforensics.splits.split_file import read_split
from graphforensics.train import FaceStoreDataModule


def _rows(**parts: int) -> list[dict[str, Any]]:
    return [
        {"source": f"{part}{n}{label}", "identity": f"{part}{n}", "label": label, "split": part}
        for part, count in parts.items()
        for n in range(count)
        for label in ("real", "fake")
    ]


def test_parts_are_those_of_the_rows() -> None:
    rows = [*_rows(test=1, val=1, train=2), {"source": "nowhere", "split": None}]
    assert official_split(rows) == {"train": [4, 5, 6, 7], "val": [2, 3], "test": [0, 1]}
    assert read_split("official", rows) == official_split(rows)


def test_a_validation_part_is_made_of_training_people() -> None:
    rows = _rows(train=10, test=3)
    parts = official_split(rows, share=0.2)
    people = {part: {rows[n]["identity"] for n in places} for part, places in parts.items()}
    assert len(people["val"]) == 2
    assert not people["val"] & people["train"]
    assert people["test"] == {"test0", "test1", "test2"}
    assert sorted(parts["train"] + parts["val"]) == list(range(20))
    # Testing alone needs none.
    assert official_split(rows, required=["test"])["val"] == []


def test_what_is_absent_is_named() -> None:
    with pytest.raises(MissingDataError, match="no track is of the official part 'train'"):
        official_split(_rows(test=2))


def test_shared_people_are_told_but_left() -> None:
    rows = _rows(train=3, val=2, test=2)
    rows[-1]["identity"] = "train0"
    with pytest.warns(UserWarning, match="identity train0 is in train .* and in test"):
        parts = official_split(rows)
    assert len(parts["test"]) == 4


def test_a_data_module_takes_it(tmp_path: Path) -> None:
    stores = [
        FakeFaceDataset(split, identities=6, frames=4).write_store(tmp_path / split, size=48)
        for split in ("train", "val", "test")
    ]
    spec = InputSpec("clip", size=32, snippets=1, frames=4)
    data = FaceStoreDataModule(stores, spec, batch_size=2, split="official")
    assert repr(data) == "FaceStoreDataModule(train 6, val 6, test 6 tracks)"
    assert set(data.rows("test").column("split").to_pylist()) == {"test"}

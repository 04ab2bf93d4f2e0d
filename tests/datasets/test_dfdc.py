"""DFDC: parts with their tables, and held-out sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphforensics.datasets.dfdc import DFDC
from graphforensics.errors import MissingDataError
from tests.datasets import layouts


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return layouts.dfdc(tmp_path)


def test_a_forgery_goes_with_the_clip_it_was_made_from(root: Path) -> None:
    dataset = DFDC(root)
    records = {dataset.record(n).video: dataset.record(n) for n in range(len(dataset))}
    assert records["fake1"].identity == records["real1"].identity == "DFDC/real1"
    assert records["fake1"].origin == records["real1"].path == "dfdc_train_part_1/real1.mp4"
    assert records["fake0"].identity != records["fake1"].identity


def test_parts_may_lie_in_a_folder_train(root: Path) -> None:
    (root / "train").mkdir()
    (root / "dfdc_train_part_1").rename(root / "train/dfdc_train_part_1")
    assert len(DFDC(root)) == 4


def test_held_out_fakes_have_labels_and_no_identity(root: Path) -> None:
    dataset = DFDC(root, "test")
    records = [dataset.record(n) for n in range(len(dataset))]
    assert [(r.path, r.label, r.identity) for r in records] == [
        ("test/videos/aaa.mp4", "real", "DFDC/aaa"),
        ("test/videos/bbb.mp4", "fake", ""),
    ]
    with pytest.raises(MissingDataError, match=r"val\*/labels.csv"):
        DFDC(root, "val")


def test_a_part_without_its_table(root: Path) -> None:
    (root / "dfdc_train_part_1/metadata.json").unlink()
    with pytest.raises(MissingDataError, match=r"missing metadata.json; looked in .*part_1"):
        DFDC(root)


def test_a_label_that_is_none(root: Path) -> None:
    told = {"real0.mp4": {"label": "MAYBE"}}
    (root / "dfdc_train_part_0/metadata.json").write_text(json.dumps(told))
    with pytest.raises(MissingDataError, match=r"real0.mp4 is neither REAL nor FAKE"):
        DFDC(root)

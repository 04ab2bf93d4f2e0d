"""``graphforensics leaks``: stores and splits compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphforensics.cli.main import main
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    base = tmp_path_factory.mktemp("stores")
    return [
        str(FakeFaceDataset(part, identities=6, frames=3).write_store(base / part, size=64))
        for part in ("train", "val", "test")
    ]


def test_official_parts(stores: list[str], tmp_path: Path, capsys) -> None:
    told = tmp_path / "told.json"
    assert main(["leaks", *stores, "--json", str(told)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("videos: train 6, val 6, test 6\n")
    tied = "2 people in 1 group that stays together, tied 1 by an identity of several names"
    assert said.endswith(f"people: test: {tied}\n")
    assert json.loads(told.read_text())["ties"]["val"]["tied"]["identity"] == 1
    assert json.loads(told.read_text())["frames"] == 54


def test_a_split_that_parts_a_person(stores: list[str], tmp_path: Path, capsys) -> None:
    from graphforensics.store.face_store import FaceStore

    ids = FaceStore(stores[0]).track_ids
    parts = {"train": ids[:1], "test": ids[1:]}
    document = {
        "format": "graphforensics split",
        "version": 1,
        "parts": {
            part: [{"track_id": name, "source": name} for name in names]
            for part, names in parts.items()
        },
    }
    split = tmp_path / "split.json"
    split.write_text(json.dumps(document))
    assert main(["leaks", stores[0], "--split", str(split)]) == 2
    said = capsys.readouterr()
    assert "shared: identity drawn0/00" in said.out
    assert said.err.startswith("graphforensics leaks: error: the parts are not apart: identity")

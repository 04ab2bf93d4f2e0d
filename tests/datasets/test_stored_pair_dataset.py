"""Forgeries out of the stores beside the real faces that they were made from."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch

from graphforensics.data import InputSpec
from graphforensics.datasets import FakeFaceDataset
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.stored_forgeries import stored_forgeries
from graphforensics.datasets.stored_pair_dataset import StoredPairDataset
from graphforensics.store.track_table import track_table

SPEC = InputSpec("frames", size=48, frames=3)


class _Every:
    """Try all forgeries in a given order."""

    def __init__(self, *order: int) -> None:
        self.order = order

    def stored(self, track: str, epoch: int | None, clip: int, count: int) -> list[int]:
        return [number for number in self.order if number < count]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("drawn") / "store"
    people = FakeFaceDataset("all", identities=4, frames=8, manipulations=["self_blend", "swap"])
    table = track_table([people.write_store(root, size=64)])
    labels = table.column("label").to_pylist()
    return [table.filter([label == name for label in labels]) for name in ("real", "fake")]


def test_forgeries_are_of_the_real_tracks_that_they_name(tables: Any) -> None:
    real, fake = (table.to_pylist() for table in tables)
    found = stored_forgeries(real, fake)
    for row, numbers in zip(real, found, strict=True):
        assert [fake[number]["origin"] for number in numbers] == [row["source"]] * 2


def test_a_forgery_beside_a_real_copy_is_not_paired_with_the_original() -> None:
    """The original did not go through the encoder of the other two."""
    original = {"source": "clips/a.mp4", "store": "faces", "video": "a"}
    copy = {"source": "forged/real/a.mp4", "store": "forged", "video": "a", "origin": "clips/a.mp4"}
    forged = {"source": "forged/swap/a.mp4", "store": "forged", "origin": "clips/a.mp4"}
    assert stored_forgeries([original, copy], [forged]) == [[], [0]]
    assert stored_forgeries([original], [forged]) == [[0]]


@pytest.mark.parametrize("train", [False, True])
def test_the_forgery_shows_the_frames_of_its_real_face(tables: Any, train: bool) -> None:
    real, fake = tables
    data = StoredPairDataset(real, SPEC, fake, _Every(1, 0), landmarks=True, train=train, seed=3)
    assert data.paired == len(real)
    plain = ClipDataset(real, SPEC, landmarks=True, train=train, seed=3)
    flipped = []
    for number in range(len(real)):
        sample, alone = data[4, number], plain[4, number]
        assert torch.equal(sample["inputs"], alone["inputs"])
        assert bool(sample["forged_there"])
        source = data.forgeries.to_pylist()[int(data._members[data._ends[number] + 1])]
        assert sample["forged_by"] == source["manipulation"]
        track, own = data._track(source), data._track(real.to_pylist()[number])
        crops, points = track.crops_with_landmarks(range(8), SPEC.size, SPEC.margin)
        shown = own.crops(range(8), SPEC.size, SPEC.margin)
        for frame in range(SPEC.frames):
            given = sample["inputs"][frame]
            found = [
                (row, turn)
                for row, turn in product(range(8), (False, True))
                if torch.equal(given, shown[row].flip(-1) if turn else shown[row])
            ]
            row, turn = found[0]
            wanted = crops[row].flip(-1) if turn else crops[row]
            assert torch.equal(sample["forged"][frame], wanted)
            if not turn:
                assert torch.equal(sample["forged_landmarks"][frame], points[row])
            flipped.append(turn)
    assert any(flipped) is train


def test_without_the_frames_or_with_another_face_there_is_none(tables: Any) -> None:
    real, fake = tables
    long = InputSpec("frames", size=48, frames=8)
    row = real.to_pylist()[0]
    data = StoredPairDataset(real, long, fake, _Every(0), landmarks=True)
    track = data._track(row)
    assert bool(data[0]["forged_there"])
    track.numbers = track.numbers + 1  # Its last frame is one that the forgery lacks.
    assert data._beside(0, track, list(range(8)))[0]["forged_there"].item() is False
    other = data._track(row)
    other.boxes = other.boxes + 0.5 * float(other.boxes[0, 2] - other.boxes[0, 0])
    assert data._beside(0, other, list(range(8)))[0]["forged_there"].item() is False
    none = StoredPairDataset(real, long, fake, _Every(), landmarks=True)[0]
    assert (bool(none["forged_there"]), none["forged_by"]) == (False, "")
    shapes = {name: value.shape for name, value in none.items() if isinstance(value, torch.Tensor)}
    wanted = {n: v.shape for n, v in data[0].items() if isinstance(v, torch.Tensor)}
    assert shapes == wanted


def test_a_store_of_real_faces_has_none(tables: Any, tmp_path: Path) -> None:
    real, fake = tables
    data = StoredPairDataset(real, SPEC, fake.slice(0, 0), _Every(0), landmarks=True)
    assert data.paired == 0
    assert not bool(data[0]["forged_there"])

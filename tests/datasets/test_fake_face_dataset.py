"""Drawn faces: the same sample as of any data set, exact masks and landmarks, found by dlib."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader
from torch_geometric.loader import DataLoader as GraphLoader

from graphforensics.data import InputSpec
from graphforensics.datasets.drawn import View
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.media.decode import read_frames
from graphforensics.preprocess import extract_tracks
from graphforensics.regions import action_unit_masks
from graphforensics.store.face_store import FaceStore

IMAGE = InputSpec("image", size=64)


def test_a_sample_is_the_common_dictionary() -> None:
    spec = InputSpec("clip", size=32, snippets=2, frames=3)
    dataset = FakeFaceDataset("all", spec, identities=2, frames=8)
    batch = next(iter(DataLoader(dataset, batch_size=6)))
    assert batch["inputs"].shape == (6, *spec.shape)
    assert batch["inputs"].dtype == torch.uint8
    assert batch["mask"].shape == (6, 2, 1, 3, 32, 32)
    assert batch["landmarks"].shape == (6, 2, 3, 68, 2)
    assert batch["label"].tolist() == [0, 1, 1, 0, 1, 1]
    assert batch["has_mask"].all()
    assert batch["manipulation"][:3] == ["original", "self_blend", "swap"]
    assert batch["video"] == ["000", "000", "000_001", "001", "001", "001_000"]
    assert batch["identity"][5] == "drawn0/001;drawn0/000"
    assert set(batch["quality"]) == {"raw"}


@pytest.mark.parametrize("identities", [6, 10, 20, 34])
def test_splits_are_a_partition_by_pairs(identities: int) -> None:
    parts = {split: FakeFaceDataset(split, IMAGE, identities) for split in ("train", "val", "test")}
    people = {
        split: {w for n in range(len(d)) for w in d.metadata(n)["identity"].split(";")}
        for split, d in parts.items()
    }
    assert sum(len(who) for who in people.values()) == identities
    assert set.union(*people.values()) == {f"drawn0/{n:03d}" for n in range(identities)}
    for split, dataset in parts.items():
        assert {dataset.metadata(n)["split"] for n in range(len(dataset))} == {split}


def test_equal_seeds_give_equal_bytes_and_others_other_people() -> None:
    one, same, other = (FakeFaceDataset("all", IMAGE, 2, seed=seed) for seed in (3, 3, 4))
    for first, second, third in zip(one, same, other, strict=True):
        assert first["inputs"].equal(second["inputs"])
        assert first["landmarks"].equal(second["landmarks"])
        assert (first["inputs"].int() - third["inputs"].int()).abs().float().mean() > 5


@pytest.mark.parametrize("kind", ["self_blend", "swap"])
def test_a_forgery_differs_from_its_source_within_the_mask_only(kind: str) -> None:
    dataset = FakeFaceDataset("all", IMAGE, 4, manipulations=[kind])
    for real, fake in ((dataset[n], dataset[n + 1]) for n in range(0, len(dataset), 2)):
        changed = (real["inputs"] != fake["inputs"]).any(0)
        assert not changed[fake["mask"][0] == 0].any()
        assert changed[fake["mask"][0] > 0.9].float().mean() > 0.5
        assert not real["mask"].any()
        assert fake["mask"].max() == 1


@pytest.mark.parametrize("seed", [1, 2])
def test_extraction_finds_the_faces_where_the_landmarks_say(tmp_path: Path, seed: int) -> None:
    dataset = FakeFaceDataset("all", identities=4, frames=3, manipulations=[], seed=seed)
    dataset.write_clips(tmp_path, scale=48)
    view = View((-2.6, -2.2), 48, (230, 250))
    off = []
    for position, video in enumerate(dataset.videos):
        clip = tmp_path / "original" / f"{dataset.metadata(position)['video']}.mp4"
        for found in extract_tracks(clip):
            truth = video.frame(found.number, view).landmarks
            eyes = np.linalg.norm(truth[36] - truth[45])
            off.append(np.linalg.norm(found.landmarks - truth, axis=1).mean() / eyes)
    assert len(off) == 12
    assert max(off) < 0.08
    assert np.median(off) < 0.05


def test_landmarks_serve_regions() -> None:
    sample = FakeFaceDataset("all", IMAGE, 2)[0]
    masks = action_unit_masks(sample["landmarks"], 64)
    assert masks.shape == (15, 64, 64)
    assert (masks.amax((1, 2)) > 0.99).all()


def test_the_two_sides_are_mirrored_in_a_frontal_face() -> None:
    from graphforensics.datasets.drawn import FaceLook, FacePose, face_points
    from graphforensics.regions import MIRRORED_LANDMARKS

    points = face_points(FaceLook.draw(np.random.default_rng(1)), FacePose())[:68]
    np.testing.assert_allclose(points[list(MIRRORED_LANDMARKS)] * [-1, 1], points, atol=1e-12)


def test_graphs_go_into_a_loader() -> None:
    dataset = FakeFaceDataset("all", IMAGE, 2)
    batch = next(iter(GraphLoader([dataset.graph(n) for n in range(4)], batch_size=4)))
    assert batch.x.shape == (60, 7)
    assert batch.y.tolist() == [0, 1, 1, 0]
    assert batch.pos.min() >= 0
    assert batch.pos.max() <= 1
    assert dataset.graph(1).validate()
    assert batch.edge_weight.abs().max() <= 1 + 1e-5


def test_a_store_of_drawn_faces_holds_the_same_pixels(tmp_path: Path) -> None:
    dataset = FakeFaceDataset("val", InputSpec("image", size=64), 10, frames=3)
    store = FaceStore(dataset.write_store(tmp_path / "store", size=64))
    assert len(store) == len(dataset) == 6
    by_key = {(track.manipulation, track.video): track for track in store}
    for position in range(len(dataset)):
        sample = dataset[position]
        track = by_key[sample["manipulation"], sample["video"]]
        assert track.clip(dataset.spec).equal(sample["inputs"])
        assert track.identity == sample["identity"]
        assert track.split == "val"
        np.testing.assert_array_equal(track.crop_landmarks[1], sample["landmarks"])
    forged = by_key["swap", "006_007"]
    assert forged.origin in store.sources


def test_clips_and_masks_are_written_with_their_table(tmp_path: Path) -> None:
    dataset = FakeFaceDataset("all", identities=2, frames=3)
    table = dataset.write_clips(tmp_path, scale=24)
    rows = list(csv.DictReader(table.open()))
    assert [row["label"] for row in rows] == ["real", "fake", "fake"] * 2
    frames = list(read_frames(tmp_path / rows[2]["file"]))
    assert len(frames) == 3
    masks = [frame.image[..., 0] for frame in read_frames(tmp_path / rows[2]["mask"])]
    assert masks[0].shape == frames[0].image.shape[:2]
    assert masks[0].max() == 255
    assert {row["source"] for row in rows if row["label"] == "fake"} == {
        "original/000.mp4",
        "original/001.mp4",
    }


def test_a_transform_and_a_position() -> None:
    dataset = FakeFaceDataset("all", IMAGE, 2, transform=lambda sample: sample["video"])
    assert dataset[2] == "000_001"
    assert repr(dataset) == "FakeFaceDataset('all', 6 videos)"
    with pytest.raises(IndexError):
        dataset[6]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"identities": 3}, "'identities' must be even"),
        ({"identities": 4}, "'identities' must be at least 6 to be split"),
        ({"split": "dev"}, "'split' must be one of"),
        ({"manipulations": ["warp"]}, "'manipulations' must be among"),
        ({"manipulations": "swap"}, "'manipulations' must be among"),
        ({"frames": 0}, "'videos' and 'frames' must be positive"),
    ],
)
def test_wrong_arguments(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FakeFaceDataset(**arguments)  # type: ignore[arg-type]

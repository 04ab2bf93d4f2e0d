from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from graphforensics.data import InputSpec
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.datasets.track_masks import find_beside
from graphforensics.media.decode import read_frames
from graphforensics.media.write_clip import write_clip
from graphforensics.preprocess import extract
from graphforensics.store.face_store import FaceStore
from graphforensics.store.track_table import track_table

SPEC = InputSpec("image", size=64)
FRAMES = 3


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two drawn people and a forgery of each: clips, their masks, a table, and a store."""
    root = tmp_path_factory.mktemp("set")
    drawn = FakeFaceDataset("all", SPEC, identities=2, frames=FRAMES, manipulations=["swap"])
    table = drawn.write_clips(root)
    extract([root], root / "store", metadata=table, workers=0)
    return root


def samples(root: Path, **keywords: object) -> list[dict]:
    table = track_table([root / "store"], root / "metadata.csv")
    dataset = ClipDataset(table, SPEC, masks=True, **keywords)
    return [dataset[number] for number in range(len(dataset))]


def test_masks_are_cut_as_the_crops_are(store):
    rows = track_table([store / "store"], store / "metadata.csv").to_pylist()
    found = samples(store)
    assert len(found) == 4
    for row, sample in zip(rows, found, strict=True):
        assert sample["has_mask"]
        assert sample["mask"].shape == (1, 64, 64)
        if row["label"] == "real":
            assert sample["mask"].sum() == 0
            continue
        track = FaceStore(store / "store")[row["track_id"]]
        ((place,),) = track.clip_rows(SPEC)
        (frame,) = read_frames(row["mask"], [int(track.numbers[place])])
        left, top, right, bottom = np.rint(track.crop_boxes[place]).astype(int)
        padded = np.pad(frame.image[..., 0], 200)[
            top + 200 : bottom + 200, left + 200 : right + 200
        ]
        wanted = torch.from_numpy(padded / 255.0)[None, None].float()
        wanted = functional.interpolate(wanted, (64, 64), mode="bilinear", antialias=True)[0]
        assert 0.05 < wanted.mean() < 0.6
        assert (sample["mask"] - wanted).abs().max() < 0.02


def test_a_flipped_sample_has_a_flipped_mask(store):
    plain = {sample["track_id"]: sample for sample in samples(store)}
    flipped = 0
    for seed in range(4):
        for sample in samples(store, train=True, seed=seed):
            other = plain[sample["track_id"]]
            close = [
                [(sample[name].float() - one).abs().mean() for one in (turned, turned.flip(-1))]
                for name, turned in ((n, other[n].float()) for n in ("inputs", "mask"))
            ]
            if sample["label"] == 1:
                assert (close[0][1] < close[0][0]) == (close[1][1] < close[1][0])
                flipped += bool(close[0][1] < close[0][0])
    assert 0 < flipped < 8


def test_without_any_mask_there_is_none_in_a_sample(store):
    # Without the table no one knows where the masks lie.
    bare = ClipDataset(track_table([store / "store"]), SPEC, masks=True)
    assert not bare.masks
    assert "mask" not in bare[0]
    assert "mask" not in ClipDataset(bare.table, SPEC)[0]


def test_a_fake_whose_mask_is_gone_or_too_short_has_none(store):
    table = track_table([store / "store"], store / "metadata.csv")
    first = next(row for row in table.to_pylist() if row["mask"])
    gone = Path(first["mask"])
    kept = gone.rename(gone.with_suffix(".away"))
    try:
        by_track = {sample["track_id"]: sample for sample in samples(store)}
        assert not by_track[first["track_id"]]["has_mask"]
        assert by_track[first["track_id"]]["mask"].sum() == 0
        write_clip(gone, [np.zeros((64, 64, 3), np.uint8)], 25, codec="ffv1", pixel_format="gray")
        by_track = {sample["track_id"]: sample for sample in samples(store)}
        assert not by_track[first["track_id"]]["has_mask"]
        assert sum(bool(sample["has_mask"]) for sample in by_track.values()) == len(by_track) - 1
    finally:
        kept.rename(gone)


def test_clips_have_masks_too(store):
    spec = InputSpec("clip", size=32, snippets=2, frames=2)
    table = track_table([store / "store"], store / "metadata.csv")
    sample = ClipDataset(table, spec, masks=True)[0]
    assert sample["mask"].shape == (2, 1, 2, 32, 32)
    assert sample["mask"].dtype == torch.float32


def test_files_beside_others(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "mask.png").touch()
    known = str(tmp_path / "a" / "b" / "clip.mp4")
    assert find_beside(known, "mask.png") == tmp_path / "a" / "mask.png"
    assert find_beside(known, str(tmp_path / "a" / "mask.png")) == tmp_path / "a" / "mask.png"
    assert find_beside(known, "other.png") is None
    assert find_beside(known, None) is find_beside(known, "") is None

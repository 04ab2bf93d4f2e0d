"""From tiny data sets to face stores by the real extraction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from graphforensics.data import InputSpec
from graphforensics.datasets.faceforensics_pp import FaceForensicsPP
from graphforensics.datasets.prepare import prepare
from graphforensics.datasets.wild_deepfake import WildDeepfake
from graphforensics.errors import StoreError
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_store import FaceStore
from tests.datasets import layouts

SPEC = InputSpec("clip", size=48, snippets=1, frames=2)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return layouts.faceforensics(tmp_path_factory.mktemp("ff"), kinds=("Deepfakes",), scale=40)


@pytest.fixture(scope="module")
def store(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("store") / "faces"
    dataset = FaceForensicsPP(root, "all", ["Deepfakes"])
    summary = prepare(dataset, out, ExtractionOptions(min_face=0), workers=0)
    assert (summary.done, summary.failed, summary.no_face) == (12, [], [])
    return out


def test_the_store_knows_what_the_data_set_says(root: Path, store: Path) -> None:
    track = next(t for t in FaceStore(store) if t.video == "002_006")
    assert track.source == "manipulated_sequences/Deepfakes/c23/videos/002_006.mp4"
    assert track.identity == "FaceForensics++/002;FaceForensics++/006"
    assert (track.label, track.manipulation, track.dataset) == (
        "fake",
        "Deepfakes",
        "FaceForensics++",
    )
    assert (track.split, track.quality_level) == ("test", "c23")
    assert track.origin == "original_sequences/youtube/c23/videos/002.mp4"
    assert track.mask == "manipulated_sequences/Deepfakes/masks/videos/002_006.mp4"


def test_samples_of_the_store_show_faces_with_landmarks_and_masks(root: Path, store: Path) -> None:
    dataset = FaceForensicsPP(root, "test", ["Deepfakes"], spec=SPEC, store=store, masks=True)
    assert (len(dataset), dataset.faceless) == (4, [])
    sample = next(s for s in dataset if s["video"] == "002_006")
    assert sample["inputs"].shape == SPEC.shape
    assert sample["landmarks"].shape == (1, 2, 68, 2)
    assert sample["track_id"].endswith("/track_000")
    points = sample["landmarks"][0, 0]
    # The face fills the crop, and the swapped part is around the nose.
    assert 0.4 * SPEC.size < float(np.ptp(points[:, 0])) < SPEC.size
    mask = sample["mask"][0, 0, 0]
    x, y = points[30].round().long().tolist()
    assert mask[y, x] > 0.9
    assert mask[0].max() < 0.1
    assert 0.15 < (mask > 0.5).float().mean() < 0.6


def test_landmarks_scale_with_the_crop(root: Path, store: Path) -> None:
    wide, narrow = (
        FaceForensicsPP(
            root,
            "test",
            ["Deepfakes"],
            spec=InputSpec("image", size=100, margin=margin),
            store=store,
        )[0]["landmarks"]
        for margin in (1.3, 1.0)
    )
    torch.testing.assert_close((wide + 0.5 - 50) * 1.3, narrow + 0.5 - 50, atol=1e-3, rtol=0)


def test_a_second_run_extracts_nothing(root: Path, store: Path) -> None:
    dataset = FaceForensicsPP(root, "test", ["Deepfakes"])
    summary = prepare(dataset, store, ExtractionOptions(min_face=0), workers=0)
    assert (summary.done, summary.reused) == (0, 4)


def test_limit_takes_some_evenly(root: Path, tmp_path: Path) -> None:
    dataset = FaceForensicsPP(root, "all", ["Deepfakes"])
    prepare(dataset, tmp_path / "few", ExtractionOptions(min_face=0), limit=3, workers=0)
    wanted = [dataset.record(place).path for place in (2, 6, 10)]
    assert FaceStore(tmp_path / "few").sources == sorted(wanted)
    with pytest.raises(ValueError, match="'limit' must be positive"):
        prepare(dataset, tmp_path / "none", limit=0)


def test_a_mask_of_half_the_size_says_the_same(root: Path, store: Path, tmp_path: Path) -> None:
    import shutil

    from graphforensics.media.decode import read_frames
    from graphforensics.media.write_clip import write_clip

    options = {"spec": SPEC, "store": store, "masks": True}
    copy = shutil.copytree(root, tmp_path / "ff")
    path = copy / "manipulated_sequences/Deepfakes/masks/videos/002_006.mp4"
    frames = [frame.image[::2, ::2] for frame in read_frames(path)]
    write_clip(path, frames)
    whole, half = (
        next(s for s in FaceForensicsPP(at, "test", ["Deepfakes"], **options) if s["label"])
        for at in (root, copy)
    )
    assert whole["video"] == half["video"]
    assert (whole["mask"] - half["mask"]).abs().mean() < 0.04


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    root = layouts.wild_deepfake(tmp_path / "wild")
    dataset = WildDeepfake(root)
    broken = root / "real_test/0/real/0"
    for image in broken.iterdir():
        image.write_bytes(b"no image")
    summary = prepare(
        dataset, tmp_path / "faces", ExtractionOptions(min_face=0), limit=8, workers=0
    )
    ((path, _),) = summary.failed
    assert path == str(broken)


def test_a_store_of_another_data_set_is_refused(store: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"holds no video of .*extract --root"):
        WildDeepfake(layouts.wild_deepfake(tmp_path), store=store)


def test_folders_of_faces_are_prepared_without_loss(tmp_path: Path) -> None:
    root = layouts.wild_deepfake(tmp_path / "wild")
    dataset = WildDeepfake(root)
    summary = prepare(dataset, tmp_path / "faces", ExtractionOptions(min_face=0), workers=0)
    assert (len(summary.failed), summary.done + len(summary.no_face)) == (0, 8)
    assert summary.done == 8
    track = FaceStore(tmp_path / "faces")[0]
    assert track.source == "fake_test/0/fake/0.avi"
    # What the crop shows is a part of the image, to the byte.
    from PIL import Image

    image = np.asarray(Image.open(root / "fake_test/0/fake/0/8.png"))
    rim = round(0.25 * 96)
    framed = np.pad(image, ((rim, rim), (rim, rim), (0, 0)), mode="edge")
    left, top, right, bottom = track.crop_boxes[0].astype(int).tolist()
    stored = track.read([0])[0]
    inside = framed[max(top, 0) : bottom, max(left, 0) : right]
    x, y = max(-left, 0), max(-top, 0)
    shown = stored[y : y + inside.shape[0], x : x + inside.shape[1]]
    np.testing.assert_array_equal(shown, inside)
    # The clips are made again to the byte, so that nothing is extracted twice.
    again = prepare(dataset, tmp_path / "faces", ExtractionOptions(min_face=0), workers=0)
    assert (again.done, again.reused) == (0, 8)
    assert len(WildDeepfake(root, store=tmp_path / "faces")) == 8

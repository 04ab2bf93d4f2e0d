"""What all data sets have in common, over tiny copies of each in its true layout."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader

from graphforensics.data import InputSpec
from graphforensics.datasets.celeb_df import CelebDF
from graphforensics.datasets.celeb_df_pp import CelebDFPP
from graphforensics.datasets.deeper_forensics import DeeperForensics
from graphforensics.datasets.deepfake_detection import DeepFakeDetection
from graphforensics.datasets.df40 import DF40
from graphforensics.datasets.dfdc import DFDC
from graphforensics.datasets.dfdc_preview import DFDCPreview
from graphforensics.datasets.face_shifter import FaceShifter
from graphforensics.datasets.faceforensics_pp import FaceForensicsPP
from graphforensics.datasets.fake_av_celeb import FakeAVCeleb
from graphforensics.datasets.ffiw import FFIW
from graphforensics.datasets.folder_dataset import FolderDataset
from graphforensics.datasets.forgery_net import ForgeryNet
from graphforensics.datasets.kodf import KoDF
from graphforensics.datasets.registry import DATASETS
from graphforensics.datasets.uadfv import UADFV
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.wild_deepfake import WildDeepfake
from graphforensics.errors import MissingDataError
from tests.datasets import layouts

Maker = Callable[[Path], Path]
#: class, maker of a copy, videos by split ("all" among them), real ones in all.
CASES: list[tuple[type[VideoDataset], Maker, dict[str, int], int]] = [
    (FaceForensicsPP, layouts.faceforensics, {"train": 10, "val": 10, "test": 10, "all": 30}, 6),
    (CelebDF, layouts.celeb_df, {"train": 5, "test": 3, "all": 8}, 5),
    (DFDC, layouts.dfdc, {"train": 4, "test": 2, "all": 6}, 3),
    (DFDCPreview, layouts.dfdc_preview, {"train": 2, "test": 2, "all": 4}, 2),
    (DeepFakeDetection, layouts.deepfake_detection, {"all": 3}, 2),
    (WildDeepfake, layouts.wild_deepfake, {"train": 8, "test": 8, "all": 16}, 8),
    (FFIW, layouts.ffiw, {"train": 2, "val": 2, "test": 2, "all": 6}, 3),
    (DeeperForensics, layouts.deeper_forensics, {"train": 1, "val": 1, "test": 1, "all": 3}, 0),
    (CelebDFPP, layouts.celeb_df_pp, {"train": 3, "test": 3, "all": 6}, 3),
    (DF40, layouts.df40, {"train": 2, "test": 4, "all": 6}, 1),
    (FakeAVCeleb, layouts.fake_av_celeb, {"all": 4}, 2),
    (ForgeryNet, layouts.forgery_net, {"train": 2, "val": 2, "all": 4}, 2),
    (KoDF, layouts.kodf, {"all": 4}, 2),
    (UADFV, layouts.uadfv, {"all": 4}, 2),
    (FaceShifter, layouts.faceforensics, {"train": 4, "val": 4, "test": 4, "all": 12}, 6),
    (FolderDataset, layouts.folder, {"train": 2, "test": 2, "all": 4}, 2),
]
SPEC = InputSpec("clip", size=32, snippets=2, frames=2)


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> dict[type[VideoDataset], Path]:
    base = tmp_path_factory.mktemp("sets")
    return {kind: make(base / kind.__name__) for kind, make, _, _ in CASES}


@pytest.mark.parametrize(("kind", "counts", "real"), [(k, c, r) for k, _, c, r in CASES])
def test_splits_hold_what_the_layout_says(roots, kind, counts, real) -> None:
    by_split = {split: kind(roots[kind], split=split) for split in counts}
    assert {split: len(dataset) for split, dataset in by_split.items()} == counts
    whole = by_split.pop("all")
    assert whole.table["label"].to_pylist().count("real") == real
    keys = [whole.record(n).key for n in range(len(whole))]
    assert len(set(keys)) == len(keys)
    # The splits are a partition of the whole, each record naming its own.
    parts = [dataset.record(n) for dataset in by_split.values() for n in range(len(dataset))]
    assert not parts or sorted(p.path for p in parts) == sorted(whole.table["path"].to_pylist())
    for split, dataset in by_split.items():
        assert set(dataset.table["split"].to_pylist()) == {split}


@pytest.mark.parametrize("kind", [case[0] for case in CASES])
def test_samples_are_the_same_dictionary(roots, kind) -> None:
    dataset = kind(roots[kind], split="all", spec=SPEC, masks=True)
    batch: dict[str, Any] = next(iter(DataLoader(dataset, batch_size=3)))
    assert batch["inputs"].shape == (3, 2, 3, 2, 32, 32)
    assert batch["inputs"].dtype == torch.uint8
    assert batch["label"].dtype == torch.float32
    assert batch["mask"].shape == (3, 2, 1, 2, 32, 32)
    assert batch["has_mask"].dtype == torch.bool
    strings = {"dataset", "manipulation", "video", "identity", "quality", "split"}
    assert set(batch) == strings | {"inputs", "label", "mask", "has_mask"}
    assert float(dataset[0]["inputs"].float().std()) > 10


@pytest.mark.parametrize("kind", [case[0] for case in CASES])
def test_a_missing_folder_says_where_it_was_looked_for_and_where_to_get_it(tmp_path, kind) -> None:
    with pytest.raises(MissingDataError) as told:
        kind(tmp_path / "nowhere", split="all")
    assert str(tmp_path / "nowhere") in str(told.value)
    assert kind.url in str(told.value)


@pytest.mark.parametrize("kind", [case[0] for case in CASES])
def test_an_empty_folder_names_what_it_lacks(tmp_path, kind) -> None:
    with pytest.raises(MissingDataError, match=r"missing .+ looked in") as told:
        kind(tmp_path, split="all")
    assert str(tmp_path) in str(told.value)


def test_every_class_is_on_the_command_line() -> None:
    from graphforensics.cli.prepare import NAMES

    assert tuple(DATASETS) == NAMES
    assert set(DATASETS.values()) == {case[0] for case in CASES}


def test_what_a_list_names_must_be_there_unless_partial(tmp_path: Path) -> None:
    root = layouts.faceforensics(tmp_path / "ff", kinds=("Deepfakes",))
    lost = root / "manipulated_sequences/Deepfakes/c23/videos/000_003.mp4"
    lost.unlink()
    options: dict[str, Any] = {"manipulations": ["Deepfakes"]}
    with pytest.raises(MissingDataError, match=r"1 of 4 videos .*000_003.mp4"):
        FaceForensicsPP(root, "train", **options)
    assert len(FaceForensicsPP(root, "train", partial=True, **options)) == 3
    # Another part does not miss it.
    assert len(FaceForensicsPP(root, "test", **options)) == 4


def test_masks_are_those_of_the_frames(roots) -> None:
    dataset = FaceForensicsPP(
        roots[FaceForensicsPP],
        "test",
        manipulations=["Deepfakes", "FaceShifter"],
        spec=InputSpec("image", size=64),
        masks=True,
    )
    by_key = {(s["manipulation"], s["video"]): s for s in dataset}
    real, forged = by_key["original", "002"], by_key["Deepfakes", "002_006"]
    assert real["has_mask"].item()
    assert not real["mask"].any()
    assert forged["has_mask"].item()
    assert 0.05 < (forged["mask"] > 0.5).float().mean() < 0.5
    # What differs from the original lies within the mask.
    off = (forged["inputs"].float() - real["inputs"].float()).abs().mean(0)
    inside = forged["mask"][0] > 0.5
    assert off[inside].mean() > 3 * off[forged["mask"][0] < 0.02].mean()
    unknown = by_key["FaceShifter", "002_006"]
    assert not unknown["has_mask"].item()
    assert not unknown["mask"].any()


def test_without_masks_nothing_of_masks_is_read(roots) -> None:
    assert "mask" not in FaceForensicsPP(roots[FaceForensicsPP], "test")[1]


def test_frames_are_evenly_over_the_video(roots) -> None:
    spec = InputSpec("frames", size=24, frames=2)
    from graphforensics.media.decode import read_frames

    dataset = FFIW(roots[FFIW], "val", spec=spec)
    first, last = dataset[0]["inputs"]
    frames = [frame.image for frame in read_frames(dataset.file(0))]
    side = min(frames[0].shape[:2])
    for shown, frame in ((first, frames[0]), (last, frames[-1])):
        left = (frame.shape[1] - side) // 2
        middle = torch.tensor(frame[:side, left : left + side]).permute(2, 0, 1).float()
        assert (shown.float().mean((1, 2)) - middle.mean((1, 2))).abs().max() < 4


def test_a_transform_is_applied(roots) -> None:
    dataset = FFIW(roots[FFIW], "val", transform=lambda sample: sample["video"])
    assert list(dataset) == ["val_00000000", "val_00000000"]


def test_records_go_to_workers_in_a_small_pickle(roots) -> None:
    dataset = FaceForensicsPP(roots[FaceForensicsPP], "all")
    again = pickle.loads(pickle.dumps(dataset))
    assert again.table.equals(dataset.table)
    assert repr(again) == "FaceForensicsPP('all', 6 real and 24 fake videos)"


def test_wrong_arguments(roots) -> None:
    root = roots[FaceForensicsPP]
    with pytest.raises(ValueError, match="'split' must be one of"):
        FaceForensicsPP(root, "dev")
    with pytest.raises(ValueError, match="'quality' must be among"):
        FaceForensicsPP(root, quality="c30")
    with pytest.raises(ValueError, match="'manipulations' must be among"):
        FaceForensicsPP(root, manipulations="Deepfakes")
    with pytest.raises(ValueError, match="'version' must be 1 or 2"):
        CelebDF(roots[CelebDF], version=3)
    with pytest.raises(IndexError, match="position 99"):
        FaceForensicsPP(root)[99]

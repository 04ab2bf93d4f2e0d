"""DeeperForensics: variants, and the real part that lies elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphforensics.data import InputSpec
from graphforensics.datasets.deeper_forensics import DeeperForensics
from graphforensics.datasets.faceforensics_pp import FaceForensicsPP
from graphforensics.errors import MissingDataError
from tests.datasets import layouts


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return layouts.deeper_forensics(tmp_path_factory.mktemp("deeper"))


def test_variants_are_manipulations(root: Path) -> None:
    dataset = DeeperForensics(root, "test", ("end_to_end", "end_to_end_level_3"))
    assert [dataset.record(n).key[1:] for n in range(2)] == [
        ("end_to_end", "002_M110"),
        ("end_to_end_level_3", "002_M110"),
    ]
    assert dataset.record(0).identity == "FaceForensics++/002;DeeperForensics/M110"
    with pytest.raises(ValueError, match="'variants' must be among"):
        DeeperForensics(root, variants=["end_to_end_level_9"])


def test_real_videos_are_those_of_faceforensics(root: Path, tmp_path: Path) -> None:
    real = layouts.faceforensics(tmp_path, kinds=("Deepfakes",))
    spec = InputSpec("image", size=32)
    dataset = DeeperForensics(root, "test", real_root=real, spec=spec)
    assert dataset.table["label"].to_pylist() == ["real", "fake"]
    assert dataset.record(1).origin == dataset.record(0).path
    assert dataset[0]["inputs"].shape == (3, 32, 32)
    # One person, whichever data set shows them.
    original = FaceForensicsPP(real, "test", ["Deepfakes"]).record(0)
    assert dataset.record(0).identity == original.identity == "FaceForensics++/002"


def test_a_list_with_other_names(root: Path, tmp_path: Path) -> None:
    (tmp_path / "manipulated_videos").symlink_to(root / "manipulated_videos")
    (tmp_path / "lists/splits").mkdir(parents=True)
    for split in ("train", "val", "test"):
        (tmp_path / f"lists/splits/{split}.txt").write_text("video.mp4\n")
    with pytest.raises(MissingDataError, match=r"'video.mp4' is no name such as"):
        DeeperForensics(tmp_path)

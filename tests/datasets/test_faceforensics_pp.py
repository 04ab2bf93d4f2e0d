"""FaceForensics++: names, pairs, masks and splits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphforensics.datasets.faceforensics_pp import FaceForensicsPP
from graphforensics.errors import MissingDataError
from tests.datasets import layouts


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kinds = ("Deepfakes", "FaceShifter")
    return layouts.faceforensics(tmp_path_factory.mktemp("ff"), "c40", kinds)


def _set(root: Path, split: str = "train") -> FaceForensicsPP:
    return FaceForensicsPP(root, split, ["Deepfakes", "FaceShifter"], quality="c40")


def test_a_record_tells_target_and_source(root: Path) -> None:
    dataset = _set(root)
    records = {dataset.record(n).key[1:]: dataset.record(n) for n in range(len(dataset))}
    forged = records["Deepfakes", "003_000"]
    assert forged.identity == "FaceForensics++/003;FaceForensics++/000"
    assert forged.origin == "original_sequences/youtube/c40/videos/003.mp4"
    assert forged.mask == "manipulated_sequences/Deepfakes/masks/videos/003_000.mp4"
    assert (forged.label, forged.quality, forged.split) == ("fake", "c40", "train")
    assert records["original", "003"].identity == "FaceForensics++/003"
    # FaceShifter came without masks.
    assert records["FaceShifter", "003_000"].mask == ""
    assert {key[0] for key in records} == {"original", "Deepfakes", "FaceShifter"}


def test_split_files_may_lie_where_the_repository_has_them(root: Path, tmp_path: Path) -> None:
    for name in ("original_sequences", "manipulated_sequences"):
        (tmp_path / name).symlink_to(root / name)
    with pytest.raises(MissingDataError, match=r"missing train.json or splits/train.json"):
        _set(tmp_path)
    (tmp_path / "dataset/splits").mkdir(parents=True)
    for split, pairs in layouts.FF_SPLITS.items():
        (tmp_path / f"dataset/splits/{split}.json").write_text(json.dumps(pairs))
    assert len(_set(tmp_path, "test")) == 6


@pytest.mark.parametrize("text", ["", "{}", '["000"]', '[["000", 3]]'])
def test_a_damaged_split_file_is_named(root: Path, tmp_path: Path, text: str) -> None:
    for name in ("original_sequences", "manipulated_sequences"):
        (tmp_path / name).symlink_to(root / name)
    (tmp_path / "train.json").write_text(text)
    with pytest.raises(MissingDataError, match=r"train\.json"):
        _set(tmp_path)


def test_a_quality_that_was_not_downloaded_is_named(root: Path) -> None:
    with pytest.raises(MissingDataError, match="original_sequences/youtube/raw/videos"):
        FaceForensicsPP(root, quality="raw")
    with pytest.raises(MissingDataError, match="manipulated_sequences/Face2Face/c40/videos"):
        FaceForensicsPP(root, quality="c40")

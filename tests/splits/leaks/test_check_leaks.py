"""Leaks in data sets and in stores of drawn faces."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from graphforensics.datasets.celeb_df import CelebDF
from graphforensics.datasets.faceforensics_pp import FaceForensicsPP
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.errors import LeakError, MissingDataError
from graphforensics.splits.leaks import check_leaks, part_tables
from graphforensics.store.track_table import track_table
from tests.datasets import layouts


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return layouts.faceforensics(tmp_path_factory.mktemp("ff"), kinds=("Deepfakes",))


def _parts(root: Path) -> dict[str, FaceForensicsPP]:
    return {part: FaceForensicsPP(root, part, ["Deepfakes"]) for part in ("train", "val", "test")}


def test_the_official_split_is_clean(root: Path) -> None:
    report = check_leaks(_parts(root))
    assert report.shared == ()
    assert report.near_duplicates == ()
    assert report.videos == {"train": 4, "val": 4, "test": 4}
    assert report.frames == 36
    assert report.unknown == {"train": 0, "val": 0, "test": 0}
    assert json.loads(json.dumps(report.to_dict()))["frames"] == 36
    assert report.lines()[0] == "videos: train 4, val 4, test 4"


def test_an_identity_in_two_parts_is_named(root: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(root, tmp_path / "ff")
    (copy / "test.json").write_text('[["000", "002"]]')
    parts = {p: FaceForensicsPP(copy, p, ["Deepfakes"], partial=True) for p in ("train", "test")}
    with pytest.raises(LeakError, match=r"identity FaceForensics\+\+/000 is in train .* in test"):
        check_leaks(parts)
    names = {shared.name for shared in check_leaks(parts, frames=0, strict=False).shared}
    assert "FaceForensics++/000" in names
    assert "FaceForensics++/002" not in names


def test_a_copy_under_another_name_is_reported(root: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(root, tmp_path / "ff")
    home = copy / "original_sequences/youtube/c23/videos"
    shutil.copy(home / "000.mp4", home / "002.mp4")
    found = check_leaks(_parts(copy)).near_duplicates
    assert found[0].matches == 3
    assert found[0].distance == 0
    assert {Path(found[0].first).stem, Path(found[0].second).stem} == {"000", "002"}


def test_what_cannot_be_read_or_known_is_counted(tmp_path: Path) -> None:
    root = layouts.dfdc(tmp_path)
    from graphforensics.datasets.dfdc import DFDC

    (root / "test/videos/aaa.mp4").write_bytes(b"no video")
    report = check_leaks({part: DFDC(root, part) for part in ("train", "test")})
    assert [Path(file).name for file, _ in report.unread] == ["aaa.mp4"]
    assert report.unknown == {"train": 0, "test": 1}
    assert any("of 1 videos of test nobody says" in line for line in report.lines())


def test_people_whom_the_authors_left_in_both_parts(tmp_path: Path) -> None:
    root = layouts.celeb_df(tmp_path)
    with (root / "List_of_testing_videos.txt").open("a") as file:
        file.write("1 Celeb-real/id1_0000.mp4\n")
    with pytest.raises(LeakError, match="identity Celeb-DF/id1"):
        check_leaks({part: CelebDF(root, part) for part in ("train", "test")})


def test_tracks_of_stores(tmp_path: Path) -> None:
    spec = {"identities": 6, "frames": 3, "manipulations": ["swap"]}
    stores = [
        FakeFaceDataset(split, **spec).write_store(tmp_path / split, size=64)
        for split in ("train", "test")
    ]
    parts = part_tables(track_table(stores))
    assert set(parts) == {"train", "test"}
    report = check_leaks(parts)
    assert (report.shared, report.frames) == ((), 24)
    with pytest.raises(MissingDataError, match="of 1 official parts"):
        part_tables(track_table(stores[:1]))
    with pytest.raises(ValueError, match="'frames' must not be negative"):
        check_leaks(parts, frames=-1)

"""What is particular to Celeb-DF++, DF40, FakeAVCeleb, ForgeryNet, KoDF, UADFV and FaceShifter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graphforensics.cli.prepare import NAMES
from graphforensics.datasets import (
    DATASETS,
    DF40,
    UADFV,
    CelebDFPP,
    FaceShifter,
    FakeAVCeleb,
    ForgeryNet,
    KoDF,
    VideoDataset,
    VideoRecord,
)
from graphforensics.errors import MissingDataError
from tests.datasets import layouts


def records(kind: type[VideoDataset], root: Path) -> dict[str, VideoRecord]:
    dataset = kind(root, split="all")
    return {dataset.record(n).path: dataset.record(n) for n in range(len(dataset))}


def test_the_command_line_knows_all_sets() -> None:
    assert set(NAMES) == set(DATASETS)


def test_celeb_df_pp(tmp_path: Path) -> None:
    found = records(CelebDFPP, layouts.celeb_df_pp(tmp_path))
    swap = found["Celeb-synthesis/FaceSwap/BlendFace/id0_id1_0000.mp4"]
    assert swap.key == ("Celeb-DF++", "FaceSwap/BlendFace", "id0_id1_0000")
    assert (swap.identity, swap.split) == ("Celeb-DF/id0;Celeb-DF/id1", "train")
    assert found["Celeb-synthesis/TalkingFace/FLOAT/id1_0000.mp4"].split == "test"
    assert found["YouTube-real/00000.mp4"].identity == "Celeb-DF/YouTube-00000"
    path = tmp_path / "List_of_testing_videos.txt"
    for line, reason in (
        ("1 Celeb-synthesis/FaceSwap/x.mp4", "does not fit the folder"),
        ("0 Elsewhere/x.mp4", "cannot be understood"),
    ):
        path.write_text(line)
        with pytest.raises(MissingDataError, match=reason):
            CelebDFPP(tmp_path)
    path.write_text("Celeb-real/id0_0000.mp4\n")
    assert len(CelebDFPP(tmp_path, "test")) == 1


def test_df40(tmp_path: Path) -> None:
    found = records(DF40, layouts.df40(tmp_path))
    swap = found["DF40_train/simswap/frames/001_870"]
    assert (swap.label, swap.manipulation, swap.split) == ("fake", "simswap", "train")
    assert swap.identity == "FaceForensics++/001;FaceForensics++/870"
    assert found["DF40/blendface/cdf/frames/id0_id1_0000"].identity == "Celeb-DF/id0;Celeb-DF/id1"
    assert found["DF40/deepfacelab/real/frames/0000"].label == "real"
    assert len(DF40(tmp_path, "test", manipulations=["blendface"])) == 2


def test_fake_av_celeb_goes_by_the_picture(tmp_path: Path) -> None:
    found = list(records(FakeAVCeleb, layouts.fake_av_celeb(tmp_path)).values())
    told = [(one.label, one.manipulation) for one in found]
    assert told == [
        ("real", "original"),
        ("real", "RealVideo-FakeAudio/rtvc"),
        ("fake", "FakeVideo-RealAudio/fsgan"),
        ("fake", "FakeVideo-FakeAudio/wav2lip"),
    ]
    # A voice that is lent is nobody who is seen.
    assert [one.identity.replace("FakeAVCeleb/", "") for one in found] == [
        "id00076", "id00076", "id00076;id00366", "id00166"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [("a,b\n", "must begin with source"), (None, "row 2: has 2 of 10 values")],
)
def test_another_table_of_fake_av_celeb(tmp_path: Path, text: str | None, reason: str) -> None:
    head = "source,target1,target2,method,category,type,race,gender,path,\n"
    (tmp_path / "meta_data.csv").write_text(text or f"{head}a,b\n")
    with pytest.raises(MissingDataError, match=reason):
        FakeAVCeleb(tmp_path)


def test_forgery_net(tmp_path: Path) -> None:
    found = records(ForgeryNet, layouts.forgery_net(tmp_path))
    fake = found["Validation/video/7/fake.mp4"]
    assert (fake.label, fake.manipulation, fake.split) == ("fake", "method-7", "val")
    assert found["Training/video/a/real.mp4"].label == "real"
    with pytest.raises(MissingDataError, match="missing Test"):
        ForgeryNet(tmp_path, "test")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1 a.mp4 0 0 0", r"line 1: must have 8 words \(got 5\)"),
        ("a a.mp4 0 0 0", "line 1: invalid literal"),
        ("0 a.mp4 2 0 0", "binary label must be 0 or 1"),
    ],
)
def test_a_line_of_forgery_net_that_is_none(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "Training" / "videos").mkdir(parents=True)
    (tmp_path / "Training" / "video_list.txt").write_text(line)
    with pytest.raises(MissingDataError, match=reason):
        ForgeryNet(tmp_path, "train")


def test_kodf(tmp_path: Path) -> None:
    found = records(KoDF, layouts.kodf(tmp_path))
    told = {path: one.identity.replace("KoDF/", "") for path, one in found.items()}
    assert told == {
        "original_videos/001/001_20200101_01.mp4": "001",
        "original_videos/002/002_20200101_01.mp4": "002",
        "synthesized_videos/fsgan/001/001_002_01.mp4": "001;002",
        "synthesized_videos/fo/002/clip.mp4": "002",
    }


def test_uadfv(tmp_path: Path) -> None:
    fake = records(UADFV, layouts.uadfv(tmp_path))["fake/0001_fake.mp4"]
    assert (fake.origin, fake.identity) == ("real/0001.mp4", "UADFV/0001")


def test_face_shifter(tmp_path: Path) -> None:
    found = records(FaceShifter, layouts.faceforensics(tmp_path, kinds=("FaceShifter",)))
    assert {one.manipulation for one in found.values()} == {"original", "FaceShifter"}
    assert {one.dataset for one in found.values()} == {"FaceForensics++"}


@pytest.mark.parametrize("kind", [CelebDFPP, DF40, FakeAVCeleb, ForgeryNet, KoDF, UADFV])
def test_an_empty_folder_is_told(kind: Callable[..., VideoDataset], tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match=r"missing .* It can be asked for at https://"):
        kind(tmp_path)

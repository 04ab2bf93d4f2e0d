"""Celeb-DF: who is in a video, and the list of those for testing."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphforensics.datasets.celeb_df import CelebDF
from graphforensics.errors import MissingDataError
from tests.datasets import layouts


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return layouts.celeb_df(tmp_path_factory.mktemp("celeb"))


def test_people_and_origins(root: Path) -> None:
    dataset = CelebDF(root, "all")
    records = {dataset.record(n).path: dataset.record(n) for n in range(len(dataset))}
    forged = records["Celeb-synthesis/id0_id1_0000.mp4"]
    assert (forged.label, forged.identity) == ("fake", "Celeb-DF/id0;Celeb-DF/id1")
    assert forged.origin == "Celeb-real/id0_0000.mp4"
    assert forged.key == ("Celeb-DF-v2", "Celeb-synthesis", "id0_id1_0000")
    youtube = records["YouTube-real/00000.mp4"]
    assert (youtube.label, youtube.identity, youtube.split) == (
        "real",
        "Celeb-DF/YouTube-00000",
        "train",
    )
    assert records["Celeb-real/id2_0001.mp4"].split == "test"


def test_the_versions_are_two_data_sets_of_the_same_people(root: Path) -> None:
    one, two = CelebDF(root, version=1).record(0), CelebDF(root, version=2).record(0)
    assert one.dataset == "Celeb-DF-v1"
    assert two.dataset == "Celeb-DF-v2"
    assert one.identity == two.identity


def _with_list(root: Path, place: Path, text: str) -> Path:
    for name in ("Celeb-real", "Celeb-synthesis", "YouTube-real"):
        (place / name).symlink_to(root / name)
    (place / "List_of_testing_videos.txt").write_text(text)
    return place


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1 Celeb-synthesis/id0_id1_0000.mp4", "does not fit the folder"),
        ("Celeb-real/id0_0000.mp4", "cannot be understood"),
        ("1 elsewhere/id0_0000.mp4", "cannot be understood"),
    ],
)
def test_a_list_that_contradicts_itself(root: Path, tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(MissingDataError, match=reason):
        CelebDF(_with_list(root, tmp_path, line))


def test_a_video_of_the_list_that_is_not_there(root: Path, tmp_path: Path) -> None:
    place = _with_list(root, tmp_path, "1 Celeb-real/id9_0000.mp4\n1 Celeb-real/id0_0000.mp4\n")
    with pytest.raises(MissingDataError, match=r"1 of 2 videos .*id9_0000.mp4"):
        CelebDF(place, "test")
    assert len(CelebDF(place, "test", partial=True)) == 1

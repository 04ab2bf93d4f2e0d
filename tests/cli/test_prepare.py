"""``graphforensics prepare``: looks, counts, checks, extracts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphforensics.cli.main import main
from graphforensics.store.face_store import FaceStore
from tests.datasets import layouts


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return layouts.faceforensics(tmp_path_factory.mktemp("ff"), kinds=("Deepfakes",), scale=40)


def test_without_a_store_it_looks_and_counts(root: Path, capsys) -> None:
    words = ["prepare", "faceforensics", str(root), "--manipulations", "Deepfakes", "--check"]
    assert main(words) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "FaceForensicsPP('all', 6 real and 6 fake videos)"
    assert "  2 test fake Deepfakes c23" in said
    assert "shared: nobody and nothing is in two parts, as far as is known" in said


def test_it_extracts(root: Path, tmp_path: Path, capsys) -> None:
    words = ["prepare", "faceforensics", str(root), "--manipulations", "Deepfakes"]
    words += ["--split", "test", "--out", str(tmp_path / "faces"), "--workers", "0"]
    assert main([*words, "--limit", "2", "--json", str(tmp_path / "told.json")]) == 0
    assert "2 files: 2 extracted" in capsys.readouterr().out
    assert json.loads((tmp_path / "told.json").read_text())["tracks"] == 2
    assert {track.split for track in FaceStore(tmp_path / "faces")} == {"test"}


def test_what_is_missing_is_one_line(tmp_path: Path, capsys) -> None:
    assert main(["prepare", "ffiw", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "missing source/train" in line
    assert "https://github.com/tfzhou/FFIW" in line


def test_an_option_of_another_data_set(root: Path, capsys) -> None:
    assert main(["prepare", "ffiw", str(root), "--quality", "c23"]) == 2
    assert "--quality is no option of ffiw" in capsys.readouterr().err


def test_shared_people_are_an_error(tmp_path: Path, capsys) -> None:
    root = layouts.celeb_df(tmp_path)
    with (root / "List_of_testing_videos.txt").open("a") as file:
        file.write("1 Celeb-real/id1_0000.mp4\n")
    assert main(["prepare", "celeb-df", str(root), "--check"]) == 2
    said = capsys.readouterr()
    assert "identity Celeb-DF/id1 is in train" in said.out
    assert said.err.startswith("graphforensics prepare: error: the parts are not apart")


def test_it_lists_what_lies_where(root: Path, tmp_path: Path, capsys) -> None:
    layouts.uadfv(tmp_path / "a" / "UADFV")
    layouts.celeb_df(tmp_path / "Celeb")
    (tmp_path / "none").mkdir()
    assert main(["prepare", "--list", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"celeb-df: {tmp_path / 'Celeb'}: 5 real and 3 fake videos",
        f"uadfv: {tmp_path / 'a' / 'UADFV'}: 2 real and 2 fake videos",
    ]
    assert main(["prepare", "--list", str(tmp_path / "none")]) == 0
    assert "no data set in" in capsys.readouterr().out
    assert main(["prepare", "--list", str(tmp_path / "nowhere")]) == 2


def test_it_compares_names_with_the_lists(tmp_path: Path, capsys) -> None:
    place = layouts.faceforensics(tmp_path / "ff", kinds=("Deepfakes",))
    words = ["prepare", "faceforensics", str(place), "--manipulations", "Deepfakes", "--verify"]
    assert main(words) == 0
    assert "12 videos expected, 12 there, 0 missing" in capsys.readouterr().out
    videos = place / "manipulated_sequences/Deepfakes/c23/videos"
    (videos / "000_003.mp4").rename(videos / "999_998.mp4")
    assert main([*words, f"--json={tmp_path / 'v.json'}"]) == 3
    told = capsys.readouterr().out.splitlines()
    assert "12 videos expected, 11 there, 1 missing" in told
    assert "  train Deepfakes: 1 of 2" in told
    path = "manipulated_sequences/Deepfakes/c23/videos/"
    assert told[-2:] == [f"missing: {path}000_003.mp4", f"unknown: {path}999_998.mp4"]
    report = json.loads((tmp_path / "v.json").read_text())
    assert report["missing"] == [f"{path}000_003.mp4"]
    kind = next(k for k in report["kinds"] if k["manipulation"] == "Deepfakes")
    assert set(kind) == {"split", "manipulation", "expected", "there"}


def test_without_a_list_the_published_number_is_told(tmp_path: Path, capsys) -> None:
    place = layouts.uadfv(tmp_path / "u")
    assert main(["prepare", "uadfv", str(place), "--verify"]) == 0
    assert "  FakeApp: 2 there, 49 published (no list of names)" in capsys.readouterr().out
    assert main(["prepare", "uadfv", str(place), "--verify", "--out=faces"]) == 2
    assert main(["prepare", "uadfv"]) == 2
    assert "'DATASET' and 'ROOT' must be given" in capsys.readouterr().err

"""``graphforensics extract`` as a user meets it: its words, its summary, its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from graphforensics.cli.main import main
from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip
from graphforensics.store.face_store import FaceStore


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip, a photograph without a face, and a file that is no video."""
    root = tmp_path_factory.mktemp("media")
    write_clip(root / "anna.mp4", moving_face(6, (160, 200), 0.7, 10))
    Image.fromarray(np.full((90, 120, 3), 90, np.uint8)).save(root / "wall.png")
    (root / "text.mp4").write_text("no video")
    return root


def _error(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line of the error."""
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("graphforensics extract: error: ")
    return line.removeprefix("graphforensics extract: error: ")


def test_one_clip(media: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = tmp_path / "store"
    assert main(["extract", str(media / "anna.mp4"), "--out", str(store)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.splitlines() == [
        "1 files: 1 extracted, 0 in the store already, 0 without a face, 0 failed; "
        "1 tracks with 6 faces in 6 frames",
        f"store: {store}",
    ]
    assert len(FaceStore(store)[0]) == 6


def test_some_of_many_failed(
    media: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, figures = tmp_path / "store", tmp_path / "figures.json"
    words = ["extract", str(media), "--out", str(store), "--workers", "0", "--json", str(figures)]
    assert main([*words, "--frames", "frames:2"]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("3 files: 1 extracted, 0 in the store already, 1 without a face")
    assert lines[1] == f"no face: {media / 'wall.png'}"
    assert lines[2].startswith(f"failed: {media / 'text.mp4'}: ")
    summary = json.loads(figures.read_text())
    assert (summary["done"], summary["tracks"], summary["frames"]) == (1, 1, 3)
    assert summary["failed"] == [[str(media / "text.mp4"), lines[2].split(": ", 2)[2]]]


def test_options_reach_the_store(media: Path, tmp_path: Path) -> None:
    words = ["extract", str(media / "anna.mp4"), "--out", str(tmp_path / "store")]
    how = ["--frames", "snippets:2x2", "--margin", "1.6", "--align", "--detect-every", "3"]
    assert main([*words, *how]) == 0
    store = FaceStore(tmp_path / "store")
    assert (store.options.selection, store.options.margin) == ("snippets:2x2", 1.6)
    assert (store.options.align, store.options.detect_every) == (True, 3)
    assert store[0].crop_boxes.shape == (4, 2, 3)


def test_metadata(media: Path, tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("file,label,identity\nanna.mp4,real,anna\n")
    words = ["extract", str(media / "anna.mp4"), "--out", str(tmp_path / "store")]
    assert main([*words, "--frames", "frames:1", "--metadata", str(table)]) == 0
    assert FaceStore(tmp_path / "store")[0].identity == "anna"


def test_progress_only_when_asked_for(
    media: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["extract", str(media / "anna.mp4"), "--out", str(tmp_path / "store")]
    assert main([*words, "--frames", "frames:1", "--progress"]) == 0
    assert "1/1" in capsys.readouterr().err
    assert main([*words, "--frames", "frames:1"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("name", "message"),
    [("gone.mp4", "no such file"), ("text.mp4", "text.mp4: "), ("wall.png", "no face found")],
)
def test_single_file_that_cannot_be_used(
    media: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    assert main(["extract", str(media / name), "--out", str(tmp_path / "store")]) == 2
    line = _error(capsys)
    assert line.startswith(str(media / name))
    assert message in line


def test_nothing_usable_among_many(
    media: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(media / "text.mp4"), str(media / "wall.png")]
    assert main(["extract", *paths, "--out", str(tmp_path / "store"), "--workers", "0"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == "graphforensics extract: error: no face in any of 2 files"
    assert any(line.startswith("failed: ") for line in lines)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--frames", "some"], "'selection' must be all, frames:N or snippets:TxD"),
        (["--margin", "0.5"], "'margin' must be in"),
        (["--workers", "-2"], "'workers' must not be negative"),
        (["--json", "/nowhere/at/all.json"], "there is no folder"),
        (["--metadata", "/nowhere.csv"], "cannot be read"),
        (["--detector", "/nowhere.dat"], "/nowhere.dat"),
        (["--landmarks", "/nowhere.dat"], "/nowhere.dat"),
    ],
)
def test_bad_arguments(
    media: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    clip, store = str(media / "anna.mp4"), str(tmp_path / "store")
    assert main(["extract", clip, "--out", store, *words]) == 2
    assert message in _error(capsys)


def test_output_in_place_of_a_file(
    media: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "store"):
        assert main(["extract", str(media / "anna.mp4"), "--out", str(place)]) == 2
        assert str(tmp_path / "file") in _error(capsys)


def test_store_of_a_newer_version(
    media: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = {"format": "graphforensics face store", "version": 7, "options": {}}
    (tmp_path / "store.json").write_text(json.dumps(header))
    assert main(["extract", str(media / "anna.mp4"), "--out", str(tmp_path)]) == 2
    assert "written by a newer graphforensics (store version 7" in _error(capsys)


def test_help_names_the_ways_to_choose_frames(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["extract", "--help"])
    text = capsys.readouterr().out
    assert all(word in text for word in ("snippets:TxD", "--metadata", "--workers", "STORE"))

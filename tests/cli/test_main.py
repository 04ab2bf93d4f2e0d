"""What holds for every command: help, exit status, one line for an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from graphforensics import __version__
from graphforensics.cli import extract
from graphforensics.cli.main import COMMANDS, main
from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert f"usage: graphforensics {command} " in text
    assert "--debug" in text


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert all(f"{name} {summary}" in text for name, summary in COMMANDS.items())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"graphforensics {__version__}\n"


@pytest.mark.parametrize("words", [[], ["paint"], ["extract"], ["extract", "a.mp4", "--colour"]])
def test_wrong_words_are_bad_input(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (ValueError("two\nlines"), 2, "extract: error: two lines"),
        (MemoryError(), 2, "extract: error: MemoryError"),
        (KeyError("x"), 1, "extract: error: unexpected KeyError: 'x' (--debug shows where)"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_errors_are_one_line_and_their_status_tells_whose_fault_they_are(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
    message: str,
) -> None:
    def fail(args: object) -> int:
        raise error

    monkeypatch.setattr(extract, "run", fail)
    assert main(["extract", "a.mp4", "--out", "b"]) == status
    said = capsys.readouterr().err
    assert said.endswith(f"{message}\n")
    assert said.count("\n") == 1
    if status != 130:
        assert main(["extract", "a.mp4", "--out", "b", "--debug"]) == status
        assert "Traceback" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="file names are Unicode here")
def test_names_that_are_no_unicode(tmp_path: Path) -> None:
    write_clip(tmp_path / os.fsdecode(b"good\xff.mp4"), moving_face(4, (160, 200), 0.7, 10))
    (tmp_path / os.fsdecode(b"bad\xfe.mp4")).write_text("no video")
    words = ["extract", str(tmp_path), "--out", str(tmp_path / "s"), "--workers", "0"]
    figures = tmp_path / "f.json"
    done = subprocess.run(
        [sys.executable, "-m", "graphforensics", *words, "--json", str(figures)],
        env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 3, done.stderr
    assert b"bad\\xfe.mp4: is not a video" in done.stdout
    ((path, _),) = json.loads(figures.read_text())["failed"]
    assert os.fsencode(path).endswith(b"/bad\xfe.mp4")


def test_names_that_begin_like_an_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-grey.png", "--grey.png"):
        Image.fromarray(np.full((40, 40, 3), 90, np.uint8)).save(tmp_path / name)
        assert main(["extract", name, "--out", "store", "--workers", "0"]) == 2
        assert f"{name}: no face found" in capsys.readouterr().err
    Path("-h").touch()
    with pytest.raises(SystemExit) as left:
        main(["extract", "-h"])
    assert left.value.code == 0


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = [sys.executable, "-W", "ignore", "-m", "graphforensics", "recipe", "show", "mrl"]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")

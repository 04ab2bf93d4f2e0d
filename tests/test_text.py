"""Names of files on a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import graphforensics
from graphforensics._text import shown
from graphforensics.cli.messages import plain_messages, say
from graphforensics.errors import StoreError, UnreadableMediaError

ROOT = Path(graphforensics.__file__).parents[1]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("plain name.mp4", "plain name.mp4"),
        ("Ünïcödé 顔　かお.mp4", "Ünïcödé 顔　かお.mp4"),
        ("family \U0001f468\u200d\U0001f469.mp4", "family \U0001f468\u200d\U0001f469.mp4"),
        ("a\nerror: b", r"a\nerror: b"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m\x7f\t", r"\x9b31m\x7f\t"),
        ("a\u202e4pm.exe", r"a\u202e4pm.exe"),
        ("\u2066\u2028\u2029\ufeff", r"\u2066\u2028\u2029\ufeff"),
        (os.fsdecode(b"a\xff.mp4"), r"a\xff.mp4"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_is_no_text_is_escaped(name: str, wanted: str) -> None:
    assert shown(name) == wanted


def test_errors_warnings_and_lines(capsys: pytest.CaptureFixture[str]) -> None:
    name = "a\n\x1b[31mb.mp4"
    error = UnreadableMediaError(name, "empty")
    assert str(error) == r"a\n\x1b[31mb.mp4: empty"
    assert error.path == name
    assert str(StoreError(f"{name}: gone")) == r"a\n\x1b[31mb.mp4: gone"
    say(f"failed: {name}", "next")
    with plain_messages():
        warnings.simplefilter("always")
        warnings.warn("\x1b[2J gone", stacklevel=1)
    said = capsys.readouterr()
    assert said.out == "failed: a\\n\\x1b[31mb.mp4\nnext\n"
    assert said.err == "graphforensics: note: \\x1b[2J gone\n"


def test_no_name_reaches_the_terminal_raw(tmp_path: Path) -> None:
    media = tmp_path / "\x1b]0;media\x07"
    media.mkdir()
    for name in (b"a\nb.mp4", b"\xff.mp4", b"\xe2\x80\xae.mp4"):
        Path(os.fsdecode(os.fsencode(media) + b"/" + name)).write_text("no video")
    command = [sys.executable, "-m", "graphforensics", "extract", str(media), "--workers", "0"]
    for words in ([], ["--odd\x1b"]):
        done = subprocess.run(
            [*command, "--out", str(tmp_path / "store"), *words], capture_output=True, timeout=120,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == 2, said
        assert b"\x1b" not in said
        assert b"\xff" not in said
    assert rb"a\nb.mp4: " in subprocess.run(
        [*command, "--out", str(tmp_path / "store")], capture_output=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ).stderr  # fmt: skip

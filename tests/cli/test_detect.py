"""``graphforensics detect``: words for people, JSON for programs, one line for mistakes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from graphforensics.cli.main import main
from graphforensics.media.write_clip import write_clip
from graphforensics.models import MRL


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    small = {"encoder": "resnet10t", "encoder_stage": 1, "attention_channels": 8}
    place = tmp_path_factory.mktemp("model") / "best"
    MRL(**small, regions=4, snippets=2, frames=3, size=32).save_pretrained(place)
    return place


def _error(capsys: pytest.CaptureFixture[str], words: list[str]) -> str:
    capsys.readouterr()
    assert main(words) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_a_clip_gets_a_score_for_every_face_and_snippet(
    astronaut_clip: Path, tmp_path: Path, model: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "report.json"
    assert main(["detect", str(astronaut_clip), f"--model={model}", f"--json={place}"]) == 0
    report = json.loads(place.read_text())
    assert 0 <= report["probability"] <= 1
    assert len(report["persons"][0]["snippets"]) == 2
    told, noise = capfd.readouterr()
    assert noise == ""
    assert (
        f"{astronaut_clip}: {report['verdict']} (probability {report['probability']:.3f})" in told
    )
    assert "6 frames looked at, 0 without a face" in told
    assert told.count("score so far") == 2
    assert "a hint, not a proof" in told


def test_no_face_is_said_and_null(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip, place = tmp_path / "none.mp4", tmp_path / "report.json"
    write_clip(clip, (np.full((96, 128, 3), 60, dtype=np.uint8) for _ in range(8)))
    assert main(["detect", str(clip), f"--model={model}", f"--json={place}"]) == 0
    assert json.loads(place.read_text())["probability"] is None
    assert "no face found" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["missing", "empty", "text", "folder", "noise", "truncated"])
def test_bad_clips_are_one_line(
    tmp_path: Path,
    astronaut_clip: Path,
    model: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
) -> None:
    clip = tmp_path / "clip.mp4"
    if kind == "empty":
        clip.touch()
    elif kind == "text":
        clip.write_text("these are words, not a video\n" * 50)
    elif kind == "folder":
        clip.mkdir()
    elif kind == "noise":
        clip.write_bytes(np.random.default_rng(0).bytes(20_000))
    elif kind == "truncated":
        clip.write_bytes(astronaut_clip.read_bytes()[:3000])
    place = tmp_path / "report.json"
    line = _error(capsys, ["detect", str(clip), f"--model={model}", f"--json={place}"])
    assert line.startswith("graphforensics detect: error: ")
    assert str(clip) in line
    assert not place.exists()


@pytest.mark.parametrize("kind", ["missing", "empty", "text", "malicious", "weights", "config"])
def test_bad_models_are_one_line(
    tmp_path: Path,
    astronaut_clip: Path,
    model: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
) -> None:
    class Malicious:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "broken_in"),)

    place = tmp_path / "model.ckpt"
    if kind == "empty":
        place.touch()
    elif kind == "text":
        place.write_text("no checkpoint")
    elif kind == "malicious":
        torch.save({"state_dict": {}, "hyper_parameters": Malicious()}, place)
    elif kind in ("weights", "config"):
        place.mkdir()
        for file in model.iterdir():
            (place / file.name).write_bytes(file.read_bytes())
        broken = place / ("model.safetensors" if kind == "weights" else "config.json")
        broken.write_bytes(broken.read_bytes()[:40])
    assert "model.ckpt" in _error(capsys, ["detect", str(astronaut_clip), f"--model={place}"])
    assert not (tmp_path / "broken_in").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--threshold=1"], "'threshold' must be in (0, 1)"),
        (["--clips=0"], "'clips' must be at least 1"),
        (["--json=none/report.json"], "there is no folder"),
        (["--device=toaster"], "'--device toaster' cannot be used"),
    ],
)
def test_senseless_options_are_one_line(
    astronaut_clip: Path,
    model: Path,
    capsys: pytest.CaptureFixture[str],
    change: list[str],
    words: str,
) -> None:
    assert words in _error(capsys, ["detect", str(astronaut_clip), f"--model={model}", *change])

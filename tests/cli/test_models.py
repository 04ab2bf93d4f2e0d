"""``graphforensics models``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphforensics.cli.main import main
from graphforensics.models import DETECTORS, Baseline, load_detector, shipped


@pytest.fixture
def model(tmp_path: Path) -> Path:
    Baseline(encoder="resnet10t", size=32).save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def _said(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert main(["models", *map(str, words)]) == 0
    return capsys.readouterr().out


def _error(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert main(["models", *map(str, words)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("graphforensics models: error: ")
    assert error.count("\n") == 1
    return error


def test_list(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped, "FOLDER", model.parent)
    said = _said(capsys, "list")
    for name in (*DETECTORS, "model", "mrl_small"):
        assert f" {name}" in said
    monkeypatch.setattr(shipped, "FOLDER", model)
    assert "none in this version" in _said(capsys, "list")


def test_show(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "A detector of forged faces, `baseline`" in _said(capsys, "show", model)
    (model / "MODEL_CARD.md").write_text("# What it cannot see\n\x1b[31mred\n")
    said = _said(capsys, "show", model)
    assert said.startswith("# What it cannot see\n")
    assert "\x1b" not in said
    for name in ("MODEL_CARD.md", "README.md"):
        (model / name).unlink()
    assert "baseline, without a card" in _said(capsys, "show", model)


def test_export(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = _said(capsys, "export", model, "--out", tmp_path / "a.pt2")
    assert "its logits differ by at most" in said
    assert (tmp_path / "a.pt2").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["export", "MODEL", "--out", "a.txt"], "ends in .onnx or .pt2"),
        (["export", "MODEL", "--out", "none/a.onnx"], "there is no folder"),
        (["export", "none", "--out", "a.onnx"], "none"),
        (["show", "none/best"], "none/best: no such file or folder"),
        (["pull", "a/b", "--out", "MODEL"], "is there already"),
        (["pull", "a/b", "--out", "new"], "not to be fetched from the Hugging Face Hub"),
        (["push", "MODEL", "a/b"], "cannot be published on the Hugging Face Hub"),
    ],
)
def test_errors(
    words: list[str],
    told: str,
    model: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import huggingface_hub.constants as hub

    monkeypatch.setattr(hub, "HF_HUB_OFFLINE", True)
    monkeypatch.chdir(model.parent)
    before = sorted(model.parent.rglob("*"))
    words = [str(model) if word == "MODEL" else word for word in words]
    assert told in _error(capsys, *words)
    assert sorted(model.parent.rglob("*")) == before


def test_detect_takes_what_comes_along(
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    astronaut_clip: Path,
) -> None:
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    model.rename(tmp_path / "default")
    assert main(["detect", str(astronaut_clip), "--json", str(tmp_path / "a.json")]) == 0
    report = json.loads((tmp_path / "a.json").read_text())
    assert report["model"] == str(tmp_path / "default")
    wanted = load_detector(tmp_path / "default").input_spec.size
    assert wanted == 32
    assert 0 < report["probability"] < 1
    assert main(["detect", str(astronaut_clip), "--model", "default"]) == 0
    monkeypatch.setattr(shipped, "FOLDER", tmp_path / "none")
    assert main(["detect", str(astronaut_clip)]) == 2
    assert "no weights named 'default' come along" in capsys.readouterr().err

"""The demonstration, whole, as a user starts it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from graphforensics.cli import demo
from graphforensics.cli.main import main
from graphforensics.models import load_detector
from graphforensics.store.face_store import FaceStore

pytestmark = pytest.mark.slow


def _demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "graphforensics", "demo", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    out = tmp_path_factory.mktemp("demo")
    return out / "astronaut", _demo("--out", str(out), "--seconds", "1")


def test_the_whole_way(done: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, run = done
    assert run.returncode == 0, run.stderr
    for step in range(1, 7):
        assert f"{step}/6  " in run.stdout
    assert run.stdout.splitlines()[-1].endswith("proves nothing about any other clip.")
    assert len(FaceStore(folder / "faces")) == 2
    assert load_detector(folder / "model").config["regions"] == 8


@pytest.mark.parametrize("name", ["real", "forged"])
def test_pictures_and_figures_lie_where_it_says(
    done: tuple[Path, subprocess.CompletedProcess[str]], name: str
) -> None:
    folder, run = done
    report = json.loads((folder / f"detect_{name}.json").read_text(encoding="utf-8"))
    assert f"{name:6s}  probability of forgery {report['probability']:>6.3f}" in run.stdout
    assert str(folder / f"detect_{name}.json") in run.stdout
    assert str(folder / f"graph_{name}.png") in run.stdout
    with Image.open(folder / f"graph_{name}.png") as picture:
        assert min(picture.size) > 500
        assert len(set(picture.convert("L").getdata())) > 100


def test_a_forgery_lies_beside_its_record(
    done: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = done
    fake = next((folder / "forged" / "fake").rglob("*.mp4"))
    record = json.loads(fake.with_suffix(".json").read_text(encoding="utf-8"))
    assert record["method"] == "self_blend"
    assert (folder / "forged" / record["mask"]).is_file()


def test_the_users_own_clip(astronaut_clip: Path, tmp_path: Path) -> None:
    run = _demo(str(astronaut_clip), "--out", str(tmp_path), "--seconds", "1")
    assert run.returncode == 0, run.stderr
    assert "it calls your clip real because it was told so" in run.stdout
    assert len(list(tmp_path.glob(f"{astronaut_clip.stem}-*/graph_*.png"))) == 2


def test_what_cannot_be_shown_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", str(tmp_path / "none.mp4"), "--out", str(tmp_path / "out")]) == 2
    assert "none.mp4" in capsys.readouterr().err
    assert main(["demo", "--seconds", "500", "--out", str(tmp_path / "out")]) == 2
    assert "'--seconds' must be in (0, 120]" in capsys.readouterr().err


@pytest.mark.parametrize(("visible", "seed"), [(0.0, 5), (2.0, 7)])
def test_a_faint_forgery_is_made_again(
    astronaut_clip: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    visible: float,
    seed: int,
) -> None:
    """With the next seed, and a number of times only, should none be strong enough."""
    monkeypatch.setattr(demo, "_VISIBLE", visible)
    monkeypatch.setattr(demo, "_FORGERIES", 3)
    pair = demo._forge(astronaut_clip, tmp_path / "out", 5)
    (record,) = (tmp_path / "out" / "fake").rglob("*.json")
    assert json.loads(record.read_text())["seed"] == seed
    assert pair["forged"].is_file()

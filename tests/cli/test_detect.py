"""``graphforensics detect``: words for people, JSON for programs, one line for mistakes."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from graphforensics.cli.main import main
from graphforensics.inference import DetectionReport, detect
from graphforensics.media.write_clip import write_clip
from graphforensics.models import MRL, load_detector


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
    (person,) = report["persons"]
    assert (len(person["snippets"]), len(person["scores"])) == (6, 3)
    assert report["verdict"] == person["verdict"]
    assert report["verdict"] in ("forged", "inconclusive", "not forged")
    assert report["spread"]["samples"] == 3
    told, noise = capfd.readouterr()
    assert noise == ""
    assert (
        f"{astronaut_clip}: {report['verdict']} (probability {report['probability']:.3f})" in told
    )
    assert "18 frames looked at, 0 without a face" in told
    assert told.count("score so far") == 6
    assert "3 clips: sd " in told
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


@pytest.fixture
def many(tmp_path: Path, astronaut_clip: Path) -> Path:
    """Two clips of a face, one without, and two files that are broken."""
    folder = tmp_path / "many"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.mp4").write_bytes(astronaut_clip.read_bytes())
    (folder / "deep" / "=b.mp4").write_bytes(astronaut_clip.read_bytes())
    write_clip(folder / "none.mp4", (np.full((96, 128, 3), 60, np.uint8) for _ in range(8)))
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("no video")
    return folder


def _table(path: Path) -> dict[str, dict[str, str]]:
    with open(path, newline="") as file:
        return {Path(row["file"]).name: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_many_files_are_a_row_each_and_the_broken_ones_are_listed(
    tmp_path: Path,
    many: Path,
    model: Path,
    capfd: pytest.CaptureFixture[str],
    workers: int,
) -> None:
    place, table = tmp_path / "out.json", tmp_path / "out.csv"
    words = ["detect", str(many), f"--model={model}", f"--json={place}", f"--csv={table}"]
    assert main([*words, f"--workers={workers}"]) == 3
    rows = _table(table)
    assert {name: row["status"] for name, row in rows.items()} == {
        "a.mp4": "ok",
        "=b.mp4": "ok",
        "none.mp4": "no_face",
        "empty.mp4": "failed",
        "text.mp4": "failed",
    }
    assert "empty" in rows["empty.mp4"]["reason"]
    single = tmp_path / "single.json"
    assert main(["detect", str(many / "a.mp4"), f"--model={model}", f"--json={single}"]) == 0
    wanted = json.loads(single.read_text())
    for name in ("a.mp4", "=b.mp4"):
        row = rows[name]
        assert float(row["probability"]) == pytest.approx(wanted["probability"], abs=1e-6)
        assert row["verdict"] == wanted["verdict"]
        assert int(row["samples"]) == 3
        assert float(row["sd"]) == pytest.approx(wanted["spread"]["sd"], abs=1e-6)
    files = json.loads(place.read_text())["files"]
    assert [Path(entry["file"]).name for entry in files] == list(rows)
    assert files[0]["report"]["verdict"] == rows["a.mp4"]["verdict"]
    told, noise = capfd.readouterr()
    assert noise == ""
    assert "5 files: 2 failed, " in told
    assert f"{many / 'empty.mp4'}: failed: is empty" in told


@pytest.mark.slow
def test_the_number_of_workers_changes_no_figure(tmp_path: Path, many: Path, model: Path) -> None:
    tables = []
    for workers in (0, 2):
        out = tmp_path / f"{workers}.csv"
        words = ["detect", str(many), f"--model={model}", f"--csv={out}"]
        assert main([*words, f"--workers={workers}"]) == 3
        tables.append(out.read_bytes())
    assert tables[0] == tables[1]


def test_names_are_no_formulas(tmp_path: Path, many: Path, model: Path) -> None:
    out = tmp_path / "out.csv"
    here = os.getcwd()
    try:
        os.chdir(many / "deep")
        assert main(["detect", "=b.mp4", f"--model={model}", f"--csv={out}"]) == 0
    finally:
        os.chdir(here)
    assert list(_table(out)) == ["'=b.mp4"]


def test_a_table_names_files_relative_to_itself(
    tmp_path: Path, many: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = many / "list.csv"
    listed.write_text("file,label\na.mp4,real\ndeep/=b.mp4,fake\nmissing.mp4,\n")
    out = tmp_path / "out.csv"
    assert main(["detect", str(listed), f"--model={model}", f"--csv={out}", "--workers=0"]) == 3
    rows = _table(out)
    assert [row["status"] for row in rows.values()] == ["ok", "ok", "failed"]
    assert rows["missing.mp4"]["reason"] == "no such file"
    listed.write_text("name\na.mp4\n")
    assert "no column 'file'" in _error(capsys, ["detect", str(listed), f"--model={model}"])


@pytest.mark.slow
def test_a_rerun_judges_only_what_is_new(
    tmp_path: Path,
    many: Path,
    model: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged: list[str] = []
    monkeypatch.setattr(sys.modules[detect.__module__], "detect", _recording(judged))
    out = tmp_path / "out.csv"
    words = ["detect", str(many), f"--model={model}", f"--csv={out}", "--workers=0"]

    def names() -> list[str]:
        judged.clear()
        assert main(words) == 3
        return sorted(Path(path).name for path in judged)

    everything = ["=b.mp4", "a.mp4", "empty.mp4", "none.mp4", "text.mp4"]
    assert names() == everything
    first = out.read_bytes()
    # What failed is tried again, and nothing else.
    assert names() == ["empty.mp4", "text.mp4"]
    assert out.read_bytes() == first
    assert "3 of them judged before" in capsys.readouterr().out
    with open(many / "a.mp4", "ab") as file:
        file.write(b"\0" * 8)
    assert names() == ["a.mp4", "empty.mp4", "text.mp4"]
    # A killed run leaves half a line.
    state = Path(f"{out}.done.jsonl")
    state.write_bytes(state.read_bytes()[:-40])
    assert names() == ["a.mp4", "empty.mp4", "text.mp4"]
    assert names() == ["empty.mp4", "text.mp4"]
    words.append("--threshold=0.7")
    assert names() == everything
    changed = load_detector(model)
    with torch.no_grad():
        next(changed.parameters()).add_(0.1)
    changed.save_pretrained(tmp_path / "changed")
    words[2] = f"--model={tmp_path / 'changed'}"
    assert names() == everything


def _recording(judged: list[str]) -> Callable[..., DetectionReport]:
    def recorded(path: str, *arguments: Any, **keywords: Any) -> DetectionReport:
        judged.append(path)
        return detect(path, *arguments, **keywords)

    return recorded


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_its_own_file_only(tmp_path: Path, many: Path) -> None:
    """A model whose pass kills the process on one file, as want of memory would."""
    script = tmp_path / "run.py"
    script.write_text(_KILLER)
    done = subprocess.run(
        [sys.executable, str(script), str(many / "a.mp4"), str(many / "none.mp4")],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"a.mp4": "failed", "none.mp4": "no_face"}


_KILLER = """
import json, os, sys
from pathlib import Path
import graphforensics.inference.detect
from graphforensics.inference import detect_files
module = sys.modules["graphforensics.inference.detect"]
plain = module.detect

def killing(path, *arguments, **keywords):
    if Path(path).name == "a.mp4":
        os.kill(os.getpid(), 9)
    return plain(path, *arguments, **keywords)

module.detect = killing
if __name__ == "__main__":
    from graphforensics.models import MRL
    place = Path(sys.argv[0]).parent / "model"
    MRL(encoder="resnet10t", encoder_stage=1, regions=2, snippets=2, frames=3, size=32
        ).save_pretrained(place)
    results = detect_files(sys.argv[1:], place, workers=2)
    print(json.dumps({Path(result.file).name: result.status for result in results}))
"""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["detect", "missing.mp4", "--model=MODEL"], "missing.mp4: no such file"),
        (["detect", "https://host/a.mp4", "--model=MODEL"], "is a URL"),
        (["detect", "CLIP", "--model=none/best"], "none/best: no such file or folder"),
        (["detect", "CLIP", "--model=mrl"], "names a kind of detector"),
        (["detect", "CLIP", "--model=MODEL", "--device=toaster"], "'--device toaster' cannot be"),
        (["graph", "missing.mp4", "--model=MODEL", "--out=a.png"], "missing.mp4: no such file"),
        (["graph", "CLIP", "--model=none/best", "--out=a.png"], "none/best: no such file"),
        (["evaluate", "--model=none/best", "--data=CLIP"], "none/best: no such file"),
        (["evaluate", "--model=MODEL", "--data=none"], "none: no such folder"),
        (["calibrate", "--model=MODEL", "--data=none"], "none: no such folder"),
        (["calibrate", "--model=MODEL", "--data=CLIP", "--split=none.json"], "none.json: cannot"),
    ],
)
def test_what_is_missing_is_told_before_anything_heavy_is_imported(
    astronaut_clip: Path, model: Path, words: list[str], told: str
) -> None:
    names = {"CLIP": str(astronaut_clip), "MODEL": str(model)}
    for name, path in names.items():
        words = [word.replace(name, path) for word in words]
    program = (
        "import sys; from graphforensics.cli.main import main; status = main(sys.argv[1:]); "
        "heavy = {'torch', 'av', 'dlib', 'pyarrow', 'lightning'} & set(sys.modules); "
        "print(status, sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "2 []\n", done.stderr
    assert told in done.stderr


def test_a_mistake_shows_the_usage_of_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["graph", "a.mp4", "b.mp4", "--model=m", "--out=a.png"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("usage: graphforensics graph ")
    assert "graphforensics graph: error: unrecognized arguments: b.mp4" in said


def test_a_report_is_written_beside_the_verdict(
    astronaut_clip: Path, tmp_path: Path, model: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    page, verdict = tmp_path / "page.html", tmp_path / "verdict.json"
    words = ["detect", str(astronaut_clip), f"--model={model}", f"--report={page}"]
    assert main([*words, f"--json={verdict}", f"--compare={astronaut_clip}", "--clips=1"]) == 0
    told, noise = capfd.readouterr()
    assert noise == ""
    assert f"report: {page}" in told
    score = json.loads(verdict.read_text())["probability"]
    assert f"<strong>{score:.3f}</strong>" in page.read_text()
    assert "Its score is a hint, not a proof." in page.read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--compare=CLIP"], "give '--report' as well"),
        (["--explanations=CLIP"], "give '--report' as well"),
        (["--report=no/page.html"], "there is no folder"),
        (["--report=CLIP"], "is also read"),
        (["--report=PAGE", "--compare=none.mp4"], "no such file"),
        (["CLIP", "--report=PAGE", "--compare=CLIP"], "for the report of one file"),
        (["--report=PAGE", "--explanations=none.json"], "no table of explanations"),
    ],
)
def test_reports_that_cannot_be_are_one_line(
    astronaut_clip: Path,
    tmp_path: Path,
    model: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    told: str,
) -> None:
    page = tmp_path / "page.html"
    given = [word.replace("CLIP", str(astronaut_clip)).replace("PAGE", str(page)) for word in words]
    assert told in _error(capsys, ["detect", str(astronaut_clip), *given, f"--model={model}"])
    assert not page.exists()

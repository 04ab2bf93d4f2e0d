"""The benchmarks run, and say what they promise to say; how fast anything is, they do not test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def _run(name: str, *arguments: str) -> str:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", str(BENCHMARKS / name), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_layers(tmp_path: Path) -> None:
    file = str(tmp_path / "layers.json")
    said = _run("layers.py", "--quick", "--rounds", "1", "--json", file)
    report = json.loads((tmp_path / "layers.json").read_text(encoding="utf-8"))
    questions = [row["question"] for row in report["ratios"]]
    for part in ("bare matrix products", "patch similarity", "masked edge dropout"):
        assert any(part in question for question in questions)
    assert all(row["ratio"] > 0 and f"| {row['question']} |" in said for row in report["ratios"])
    grown = {row["grown"] for row in report["growth"]}
    assert grown == {"N", "T", "B", "E", "k"}
    assert {row["grown"]: row["arithmetic"] for row in report["exponents"]} == {
        "N": 2,
        "T": 1,
        "B": 1,
        "E": 1,
        "k": 2,
    }
    # By hand: 4 graphs, 5 steps, 12 nodes, 128 features, 64 hidden ones.
    (row,) = [row for row in report["growth"] if (row["grown"], row["value"]) == ("N", 12)]
    by_hand = 4 * 5 * (12 * 128 * 192 + 12 * 64 * 192 + 2 * 12 * 12 * 192)
    assert row["million_products"] * 1e6 == by_hand


def test_precision_of_a_training_step(tmp_path: Path) -> None:
    file = str(tmp_path / "precision.json")
    words = ["--recipes", "mrl_small", "--batch", "2", "--rounds", "1", "--threads", "1"]
    said = _run("precision.py", *words, "--json", file)
    report = json.loads((tmp_path / "precision.json").read_text(encoding="utf-8"))
    row = report["recipes"]["mrl_small"]
    assert row["ratio_cpu"] == row["float32"]["cpu"] / row["bfloat16"]["cpu"] > 0
    assert f"mrl_small: float32 / bfloat16 {row['ratio_cpu']:.2f} of processor time" in said
    assert ("emulated" in said) != report["machine"]["computes_bfloat16"]


def test_import_times_of_two_trees_side_by_side(tmp_path: Path) -> None:
    file, tree = tmp_path / "imports.json", BENCHMARKS.parent
    words = ["--packages", "metrics", "--rounds", "1", "--json", str(file)]
    said = _run("import_times.py", *words, "--tree", str(tree), str(tree / "tests" / ".."))
    rows = json.loads(file.read_text(encoding="utf-8"))
    assert [row[1] for row in rows] == ["bare", "bare", "names", "names"]
    for package, how, place, seconds, heavy in rows:
        assert len(seconds) == 1
        assert seconds[0] > 0
        # The package's face loads nothing; its figures are scikit-learn's.
        assert heavy == ([] if how == "bare" else ["scipy", "sklearn"])
        assert f"{package} {how} {place}: {seconds[0]:.3f} s" in said


def test_import_times_refuse_a_tree_without_the_package(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCHMARKS / "import_times.py"), "--packages", "metrics"]
    run = subprocess.run(
        [*command, "--tree", str(tmp_path)], capture_output=True, text=True, timeout=300
    )
    assert run.returncode != 0


def test_one_way_of_a_cell_by_itself() -> None:
    for training in ([], ["--training"]):
        seconds = _run("layers.py", "--quick", "--rounds", "1", "--way", "edges", *training)
        assert float(seconds) > 0


def test_powers_are_the_slopes_of_logarithms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from layer_growth import slope

    rows = [{"value": value, "ms": 0.5 * value**1.5} for value in (1, 10, 40)]
    assert slope(rows, "ms") == pytest.approx(1.5)


def test_training_step(tmp_path: Path) -> None:
    file = tmp_path / "step.json"
    said = _run("training_step.py", "--quick", "--json", str(file))
    rows = json.loads(file.read_text(encoding="utf-8"))["recipes"]["baseline_small"]
    assert list(rows) == ["0", "1, tampering here", "1"]
    for row in rows.values():
        assert 0 < row["share"] < 1
        assert row["speedup"] == row["images_a_second"] / rows["0"]["images_a_second"]
    assert "at most 15%" in said

"""The table of explanations: every detector, beside the two plain maps, never passed by chance."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from graphforensics.explain import FaithfulnessTable
from graphforensics.models import Baseline

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    spec = importlib.util.spec_from_file_location("explanations", BENCHMARKS / "explanations.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_run_s_table_is_what_the_library_reads(
    program: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run, file = tmp_path / "run", tmp_path / "table.json"
    Baseline(encoder="resnet10t", masks=True, size=64).save_pretrained(run / "best")
    words = [str(run), "--samples", "2", "--steps", "2", "--resamples", "20"]
    words += ["--methods", "own_map", "removal", "attention_rollout", "--json", str(file)]
    monkeypatch.setattr(sys, "argv", ["explanations.py", *words])
    program.main()
    said = capsys.readouterr().out
    report = json.loads(file.read_text(encoding="utf-8"))
    rows = {row["method"]: row for row in report["rows"]}
    # What the detector does not have is no row; the plain maps are always there.
    assert set(rows) == {"own_map", "removal", "random", "centre"}
    for row in rows.values():
        gain, parts = (
            row["gain"]["estimate"],
            [row[part]["estimate"] for part in ("insertion", "deletion")],
        )
        assert gain == pytest.approx(parts[0] - parts[1])
        assert f"| {row['method']} | 2 |" in said
    assert FaithfulnessTable.read(file).status("baseline", "removal") == rows["removal"]["status"]


def test_nothing_is_measured_without_a_run(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["explanations.py"])
    with pytest.raises(SystemExit, match="needs the folder of a run, --planted or --quick"):
        program.main()


def test_passing_takes_all_four_lower_ends(program: ModuleType) -> None:
    above = {name: {"low": 0.1} for name in ("gain over random", "gain over centre", "iou")}
    assert program.status(above) == "passed"
    assert program.status({**above, "iou": {"low": 0.0}}) == "failed"
    assert program.status({**above, "iou": {"low": None}}) == "not measured"
    assert program.status({**above, "iou": None}) == "not measured"


def test_a_paired_difference_by_hand(program: ModuleType) -> None:
    one = {"iou": [0.5, 0.7, float("nan")], "people": ["a", "b", "b"]}
    other = {"iou": [0.4, 0.5, 0.9], "people": ["a", "b", "b"]}
    found = program.difference(one, other, "iou", 50)
    assert found["estimate"] == pytest.approx(0.15)
    assert 0.1 - 1e-9 <= found["low"] <= found["high"] <= 0.2 + 1e-9


def test_planted_evidence_lies_where_its_mask_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    planted = importlib.import_module("planted_evidence").planted
    faces = torch.full((3, 3, 40, 40), 7, dtype=torch.uint8)
    changed, mask = planted(faces, torch.Generator().manual_seed(0))
    assert mask.sum((1, 2, 3)).tolist() == [64, 64, 64]
    assert faces.eq(7).all()
    assert changed.eq(7).all(1)[mask[:, 0] == 0].all()
    assert changed.ne(7).any(1)[mask[:, 0] == 1].float().mean() > 0.95

"""The benchmark of AUNet runs, and says what it promises to say."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest
import torch

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "aunet.py"


@pytest.mark.parametrize("letter", [False, True])
def test_cost(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    letter: bool,
) -> None:
    place = tmp_path / "cost.json"
    small = ["--encoder", "resnet10t", "--size", "64", "--rounds", "2", "--json", str(place)]
    monkeypatch.setattr(sys, "argv", ["aunet.py", *small, *["--letter"] * letter])
    threads = torch.get_num_threads()
    runpy.run_path(str(BENCHMARK), run_name="__main__")
    torch.set_num_threads(threads)
    said, report = capsys.readouterr().out, json.loads(place.read_text(encoding="utf-8"))
    table = report["parts"]
    assert all(name in said for name in table)
    others = [row for name, row in table.items() if name != "all"]
    assert sum(row["parameters"] for row in others) == table["all"]["parameters"]
    assert report["ratios"]["flops"] == table["all"]["flops"] / table["trunk"]["flops"]
    # Three encoders' two 3 x 3 convolutions of the 256 channels each, in two steps or in one.
    per_layer = 256 * 256 * 9 + 256 if letter else 256 * 256 + 256 * 9 + 256
    assert table["integration"]["parameters"] == 6 * per_layer

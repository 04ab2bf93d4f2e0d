"""Both benchmarks of Learning to Mask run, and say what they promise to say."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a script of the benchmarks in this process and return what it says."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))

    def run(name: str, *arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", [name, *arguments])
        threads = torch.get_num_threads()
        runpy.run_path(str(BENCHMARKS / name), run_name="__main__")
        torch.set_num_threads(threads)
        return capsys.readouterr().out

    return run


def test_cost(tmp_path: Path, run: Callable[..., str]) -> None:
    file = str(tmp_path / "cost.json")
    small = ["--encoder", "resnet10t", "--size", "64", "--rounds", "2"]
    said = run("learning_to_mask.py", *small, "--json", file)
    ways = json.loads((tmp_path / "cost.json").read_text(encoding="utf-8"))["ways"]
    assert all(name in said for name in ways)
    for name in ("student", "student alone"):
        assert ways[name]["flops"] == pytest.approx(ways["bare"]["flops"], rel=0.01)
    assert ways["teacher asked"]["flops"] > 2 * ways["bare"]["flops"]
    assert ways["student alone"]["parameters"] < 1.05 * ways["bare"]["parameters"]

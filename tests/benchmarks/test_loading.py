"""The benchmark of loading runs on drawn faces and compares like with like."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_the_command(tmp_path: Path) -> None:
    file = tmp_path / "loading.json"
    small = ["--count", "2", "--length", "12", "--snippets", "2", "--frames", "3", "--rounds", "1"]
    words = [*small, "--samples", "4", "--workers", "0", "1", "--json", str(file)]
    run = subprocess.run(
        [sys.executable, "-W", "ignore", str(BENCHMARKS / "loading.py"), *words],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    report = json.loads(file.read_text(encoding="utf-8"))
    assert (report["setting"]["tracks"], report["setting"]["frames"]) == (2, 24)
    # The two ways show the same pixels, but for a rounding.
    assert report["largest_difference"] <= 2
    assert [row["workers"] for row in report["clips"]] == [0, 1]
    for row in report["clips"]:
        for clock in ("wall", "cpu"):
            assert row[f"ratio_{clock}"] == row[f"store_{clock}"] / row[f"png_{clock}"]
    assert [row["tracks"] for row in report["memory"]] == [100, 20_000]
    assert "wanted at least 3" in run.stdout

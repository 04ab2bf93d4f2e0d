"""The scripts of ``benchmarks/faults`` on a few cases each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import graphforensics

ROOT = Path(graphforensics.__file__).parents[1]
SCRIPTS = ROOT / "benchmarks" / "faults"


def _figures(tmp_path: Path, name: str, *words: str) -> dict[str, Any]:
    """Run a script and read its JSON; its status is 1 where anything is not as wanted."""
    out = tmp_path / "figures.json"
    command = [sys.executable, "-W", "ignore", str(SCRIPTS / name), *words, "--json", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("| ")
    figures: dict[str, Any] = json.loads(out.read_text())
    return figures


@pytest.mark.skipif(sys.platform != "linux", reason="bounds memory as Linux does")
def test_damaged_files_of_every_kind(tmp_path: Path) -> None:
    figures = _figures(tmp_path, "fuzz.py", "--count", "80", "--seed", "5")
    total = figures["rows"][-1]
    assert total["cases"] == 80
    assert total["read"] + total["typed error"] == 80
    assert total["typed error"] > 30
    assert figures["defects"] == []


def test_killed_extraction(tmp_path: Path) -> None:
    words = ("--count", "2", "--clips", "3", "--workers", "1", "--seed", "1")
    figures = _figures(tmp_path, "kill_extraction.py", *words)
    total = figures["rows"][-1]
    assert {name: total[name] for name in total if name not in ("killed", "killed again")} == {
        "runs": 2,
        "only whole sources": 2,
        "finished ones kept": 2,
        "nothing lost": 2,
        "nothing twice": 2,
        "equal to the unbroken run": 2,
    }
    # There was something to die at: records, tracks, the manifest.
    assert figures["operations"]["main"] > 10
    assert figures["operations"]["worker"] > 10


def test_nothing_is_lost_in_two_faults(tmp_path: Path) -> None:
    # A full disk, then a killed worker and a whole run killed.
    words = ("--first", "15", "--count", "2", "--clips", "2", "--seed", "2")
    figures = _figures(tmp_path, "lose_nothing.py", *words)
    assert [row["killed"] for row in figures["rows"]] == [
        "disk full, worker killed", "disk full, run killed", "all",
    ]  # fmt: skip
    total = figures["rows"][-1]
    good = ("tracks kept", "labels kept", "equal to the beginning")
    assert [total[name] for name in ("runs", *good)] == [2] * 4


def test_killed_training(tmp_path: Path) -> None:
    # The run of this number is killed while it writes its files.
    words = ("--first", "1", "--count", "1", "--epochs", "2", "--people", "4")
    figures = _figures(tmp_path, "kill_training.py", *words)
    total = figures["rows"][-1]
    counts = [value for name, value in total.items() if name not in ("killed", "killed again")]
    assert counts == [1] * 6
    assert figures["rows"][0]["killed"] == "while files are written"


# Readers that do what the fuzzer is to notice; the number of the case says what.
_BAD = """
import os, sys, tempfile
from pathlib import Path

sys.path.insert(0, sys.argv[1])
import fuzz, fuzz_readers
from PIL import Image

def bad(path, number):
    if number == 101:
        bytearray(b"x") * (300 << 20)
    if number == 102:
        raise KeyError("unheard of")
    if number == 103:
        os.abort()

fuzz_readers.KINDS.clear()
fuzz_readers.KINDS["bad"] = fuzz_readers.Kind("image", bad, ("still.png",))
if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        (corpus / "image").mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(corpus / "image" / "still.png")
        worker = fuzz.Worker(corpus, 0, 512 * fuzz.MEBI)
        for number in range(100, 104):
            print(fuzz.judged(worker.run("bad", number, 60), 256)["outcome"])
        worker.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux does")
def test_the_fuzzer_notices_what_it_looks_for(tmp_path: Path) -> None:
    # A file, because its workers import it.
    (tmp_path / "bad.py").write_text(_BAD)
    command = [sys.executable, "-W", "ignore", str(tmp_path / "bad.py"), str(SCRIPTS)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.stdout.split("\n")[:4] == ["read", "memory", "other exception", "crash"], (
        done.stdout + done.stderr
    )

"""``graphforensics evaluate --scores``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from graphforensics.cli.main import main

HEAD = "video,score,label\n"
ONE, TWO = HEAD + "a,0.1,real\nb,0.6,real\nc,0.4,fake\nd,0.8,fake\n", HEAD + "a,0.9,0\nd,0.7,1\n"
WITHOUT_TORCH = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "torch_geometric", "lightning", "timm", "torchvision"):
            raise ImportError(f"{name} is not installed")
sys.meta_path.insert(0, Absent())
from graphforensics.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_it_works_without_torch(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(ONE)
    (tmp_path / "two.csv").write_text(TWO)
    words = ["evaluate", "--scores", "one.csv", "second=two.csv", "--resamples=20"]
    files = ["--json=f.json", "--csv=s.csv"]
    command = [sys.executable, "-c", WITHOUT_TORCH, *words, *files]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "one: 4 videos expected, 4 scored, 0 missing, 0 failed" in done.stdout
    assert "second: 4 videos expected, 2 scored, 2 missing, 0 failed" in done.stdout
    assert "one less second, 2 videos of both: AUC 1.000" in done.stdout
    figures = json.loads((tmp_path / "f.json").read_text())
    assert figures["detectors"]["one"]["video"]["auc"] == 0.75
    assert figures["detectors"]["second"]["missing"] == ["b", "c"]
    assert len((tmp_path / "s.csv").read_text().splitlines()) == 1 + 2 * 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--scores=one.csv", "--model=run/best"], "'--model' does not go with '--scores'"),
        (["--scores=one.csv", "--protocol=robustness"], "'--protocol' does not go with"),
        (["--scores", "one.csv", "./one.csv"], "two tables called 'one'"),
        (["--scores=none.csv"], "none.csv: cannot be read"),
        (["--scores=one.csv", "--part=test"], "no 'split' says who is in it"),
        (["--polarity=real", "--model=a", "--data=b"], "'--polarity' is of '--scores'"),
    ],
)
def test_bad_input(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("one.csv").write_text(ONE)
    assert main(["evaluate", *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line

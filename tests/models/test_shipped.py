"""Weights that come along, and what is told where there are none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from graphforensics.errors import CheckpointError
from graphforensics.models import Baseline, load_detector, shipped, shipped_folder, shipped_weights


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of weights in the place of the package's own."""
    for name, size in (("default", 32), ("large", 64)):
        Baseline(encoder="resnet10t", size=size).save_pretrained(tmp_path / name)
    (tmp_path / "broken").mkdir()
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    return tmp_path


def test_they_are_found_by_name(weights: Path) -> None:
    assert shipped_weights() == {name: weights / name for name in ("default", "large")}
    assert shipped_folder() == weights / "default"
    assert load_detector().input_spec.size == 32
    assert load_detector("large").input_spec.size == 64


def test_a_folder_of_the_name_counts_more(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    Baseline(encoder="resnet10t", size=96).save_pretrained("large")
    assert load_detector("large").input_spec.size == 96


def test_none_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "FOLDER", tmp_path / "none")
    assert shipped_weights() == {}
    with pytest.raises(CheckpointError, match="no weights named 'default' come along"):
        load_detector()
    with pytest.raises(CheckpointError, match="nothing: no such file or folder"):
        load_detector("nothing")


def test_asking_for_them_loads_no_torch() -> None:
    code = (
        "import sys; from graphforensics.models import shipped_weights; shipped_weights();"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0

"""bfloat16 where the device computes in it, and one warning where it would be emulated."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

from graphforensics.cli.main import main
from graphforensics.models import MRL
from graphforensics.train import FaceStoreDataModule, TrainingOptions, train_detector
from graphforensics.train.devices import precision
from graphforensics.train.devices.precision import precision_on, warn_of_emulation


def _pretend(monkeypatch: pytest.MonkeyPatch, computes: bool) -> None:
    monkeypatch.setattr(precision, "computes_bfloat16", lambda device: computes)


@pytest.mark.parametrize(("computes", "wanted"), [(True, "bf16-mixed"), (False, "32")])
def test_auto_asks_the_processor(
    monkeypatch: pytest.MonkeyPatch, computes: bool, wanted: str
) -> None:
    _pretend(monkeypatch, computes)
    assert precision_on("cpu") == wanted
    assert precision_on("cpu", "32") == "32"
    assert precision_on("cpu", "bf16-mixed") == "bf16-mixed"
    # Of accelerators that are not known, nothing is known.
    assert precision_on("tpu") == "32"


def test_every_training_asks_by_default(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tiny_model: MRL,
    noise_data: FaceStoreDataModule,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A run stays with the precision that it began with, wherever it goes on."""
    for computes, wanted in ((False, "32"), (True, "bf16-mixed")):
        _pretend(monkeypatch, computes)
        out = tmp_path / wanted
        train_detector(tiny_model, noise_data, out, TrainingOptions(epochs=1))
        assert json.loads((out / "run.json").read_text())["training"]["precision"] == wanted
    train_detector(tiny_model, noise_data, tmp_path / "32", TrainingOptions(epochs=2), resume=True)
    assert main(["train", "--print-config"]) == 0
    assert "precision: auto" in capsys.readouterr().out


def test_emulation_is_warned_of_once(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tiny_model: MRL,
    noise_data: FaceStoreDataModule,
) -> None:
    _pretend(monkeypatch, False)
    options = TrainingOptions(epochs=1, precision="bf16-mixed")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        train_detector(tiny_model, noise_data, tmp_path / "run", options)
    found = [str(one.message) for one in told if "bfloat16" in str(one.message)]
    assert len(found) == 1
    assert "10 to 14 times as long as in float32" in found[0]


def test_nothing_is_said_where_bfloat16_is_computed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _pretend(monkeypatch, True)
        warn_of_emulation("cpu", "bf16-mixed")
        _pretend(monkeypatch, False)
        warn_of_emulation("cpu", "32")

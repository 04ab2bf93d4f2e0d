"""A calibration holds for the weights that it was made for, and for no others."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from graphforensics.errors import CheckpointError
from graphforensics.models import MRL, Calibration, load_detector, read_calibration
from graphforensics.models.calibration import CALIBRATION, weights_hash

KNOWN = Calibration(2.5, {"mean": 0.4, "clip": 0.3}, about={"samples": 7})


@pytest.fixture
def model() -> MRL:
    torch.manual_seed(3)
    return MRL(
        encoder="resnet10t", encoder_stage=1, regions=2, snippets=2, frames=3, size=32
    ).eval()


@pytest.fixture
def folder(tmp_path: Path, model: MRL) -> Path:
    """A saved detector with a calibration beside it."""
    place = tmp_path / "best"
    model.save_pretrained(place)
    replace(KNOWN, weights=weights_hash(place)).write(place)
    return place


def test_round_trip_by_every_way_of_loading(folder: Path) -> None:
    assert (
        weights_hash(folder)
        == hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    )
    for model in (load_detector(folder), MRL.from_pretrained(folder)):
        assert model.calibration is not None
        assert model.calibration.to_dict() == {**KNOWN.to_dict(), "weights": weights_hash(folder)}


def test_probabilities_are_divided_logits(folder: Path, model: MRL) -> None:
    calibrated = load_detector(folder)
    inputs = torch.rand(2, 2, 3, 3, 32, 32)
    logit = model.predict(inputs).logit.float()
    assert torch.allclose(model.probability(inputs), logit.sigmoid())
    assert torch.allclose(calibrated.probability(inputs), (logit / 2.5).sigmoid())
    assert torch.equal(calibrated.predict(inputs).logit, model.predict(inputs).logit)


def test_saving_keeps_it_while_the_weights_stay(tmp_path: Path, folder: Path) -> None:
    model = load_detector(folder)
    model.save_pretrained(tmp_path / "copy")
    assert load_detector(tmp_path / "copy").calibration == model.calibration
    with torch.no_grad():
        next(model.parameters()).add_(1.0)
    model.save_pretrained(tmp_path / "trained")
    assert not (tmp_path / "trained" / CALIBRATION).exists()
    model.save_pretrained(tmp_path / "copy")
    assert not (tmp_path / "copy" / CALIBRATION).exists()


def test_other_weights_are_not_calibrated(folder: Path, model: MRL) -> None:
    known = (folder / CALIBRATION).read_bytes()
    with torch.no_grad():
        next(model.parameters()).add_(1.0)
    model.save_pretrained(folder)
    (folder / CALIBRATION).write_bytes(known)
    with pytest.warns(UserWarning, match="made for other weights"):
        assert load_detector(folder).calibration is None


def test_no_file_is_no_calibration(folder: Path) -> None:
    (folder / CALIBRATION).unlink()
    assert read_calibration(folder) is None


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"version": 2},
        {"temperature": 0},
        {"temperature": "warm"},
        {"temperature": None},
        {"thresholds": [0.5]},
        {"thresholds": {"mean": None}},
        {"thresholds": {"mean": float("nan")}},
        {"about": 3},
    ],
)
def test_damaged_files_are_errors(folder: Path, change: dict[str, object]) -> None:
    place = folder / CALIBRATION
    place.write_text(json.dumps({**json.loads(place.read_text()), **change}))
    with pytest.raises(CheckpointError, match=CALIBRATION):
        load_detector(folder)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000, "\x00"])
def test_what_is_no_calibration_is_an_error(folder: Path, text: str) -> None:
    (folder / CALIBRATION).write_text(text)
    with pytest.raises(CheckpointError, match=CALIBRATION):
        read_calibration(folder)


def test_wrong_values() -> None:
    for temperature in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="'temperature' must be positive"):
            Calibration(temperature)
    with pytest.raises(ValueError, match="'thresholds' must be numbers"):
        Calibration(1.0, {"mean": float("nan")})


def test_bands_are_kept_and_files_without_them_are_read(folder: Path) -> None:
    known = Calibration(2.0, {"mean": 0.4}, weights_hash(folder), bands={"mean": (0.3, 0.6)})
    known.write(folder)
    found = read_calibration(folder)
    assert found is not None
    assert found.band("mean") == (0.3, 0.6)
    assert found.band("max") is None
    document = json.loads((folder / CALIBRATION).read_text())
    assert document["bands"] == {"mean": [0.3, 0.6]}
    del document["bands"]
    (folder / CALIBRATION).write_text(json.dumps(document))
    old = read_calibration(folder)
    assert old is not None
    assert (old.threshold("mean"), old.band("mean")) == (0.4, None)


@pytest.mark.parametrize("band", [(0.5, 0.6), (0.1, 0.3), (float("nan"), 0.6)])
def test_a_band_lies_around_its_threshold(band: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="'bands' must lie around the thresholds"):
        Calibration(2.0, {"mean": 0.4}, bands={"mean": band})


@pytest.mark.parametrize(
    ("about", "counts"),
    [
        ({}, True),
        ({"videos": 2}, False),
        ({"videos": 40}, True),
        ({"videos": 90, "real_videos": 19, "fake_videos": 71}, False),
        ({"real_videos": 20, "fake_videos": 20}, True),
    ],
)
def test_a_threshold_counts_from_enough_videos_only(about: dict[str, int], counts: bool) -> None:
    known = Calibration(2.0, {"mean": 0.4}, about=about, bands={"mean": (0.3, 0.5)})
    assert known.threshold("mean") == (0.4 if counts else None)
    assert known.band("mean") == ((0.3, 0.5) if counts else None)


def test_what_was_not_fitted_is_uncalibrated() -> None:
    assert Calibration(2.0).fitted
    assert not Calibration(1.0, about={"fitted": False}).fitted

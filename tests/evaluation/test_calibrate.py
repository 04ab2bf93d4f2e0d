"""Temperature and thresholds from validation data, and what detection and evaluation make of it."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.errors import MissingDataError
from graphforensics.evaluation.calibrate import calibrate
from graphforensics.evaluation.evaluate import evaluate
from graphforensics.evaluation.score_clips import score_clips
from graphforensics.inference import detect
from graphforensics.metrics import best_threshold
from graphforensics.models import MRL, Calibration, MRLOutput
from graphforensics.splits.split import identity_split
from graphforensics.splits.split_file import split_document
from graphforensics.store.track_table import track_table

Make = Callable[..., Path]


class Brightness(MRL):
    """A detector whose logit is how bright the faces are: the fixture's fakes are brighter."""

    def forward(self, inputs: torch.Tensor) -> MRLOutput:
        bright = inputs.flatten(1).mean(1) - inputs.new_tensor(BETWEEN)
        return replace(super().forward(inputs), logit=20 * bright)


#: Between the fixture's reals and its fakes, after normalisation.
BETWEEN = -0.64


@pytest.fixture
def model() -> MRL:
    """A detector that tells reals from fakes without an error."""
    torch.manual_seed(3)
    return Brightness(
        encoder="resnet10t", encoder_stage=1, regions=2, snippets=2, frames=3, size=32
    ).eval()


@pytest.fixture(scope="module")
def validation(tmp_path_factory: pytest.TempPathFactory, labelled_store: Make) -> Path:
    return labelled_store(tmp_path_factory.mktemp("val") / "store", people=8, frames=12)


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some labels turned round: no detector tells these apart without an error."""
    names = [f"{kind}/{n}.mp4" for kind in ("real", "fake") for n in range(8)]
    turned = {"real/0.mp4": "fake", "real/3.mp4": "fake", "fake/5.mp4": "real"}
    lines = [f"{name},{turned.get(name, name[:4])},{name}" for name in names]
    path = tmp_path_factory.mktemp("labels") / "labels.csv"
    path.write_text("file,label,video\n" + "\n".join(lines) + "\n")
    return path


def scored(model: MRL, store: Path, labels: Path, clips: int = 2) -> tuple[np.ndarray, np.ndarray]:
    rows = score_clips(
        model, ClipDataset(track_table([store], labels), model.input_spec, clips=clips)
    )
    return np.array([row["label"] for row in rows]), np.array([row["logit"] for row in rows])


def test_the_temperature_is_the_most_likely_one(model: MRL, validation: Path, labels: Path) -> None:
    marks, logits = scored(model, validation, labels)
    found = calibrate(model, [validation], labels=labels, clips=2)

    def loss(logarithm: float) -> float:
        return float(log_loss(marks, 1 / (1 + np.exp(-logits / math.exp(logarithm)))))

    best = minimize_scalar(loss, bounds=(math.log(0.05), math.log(20)), method="bounded")
    assert found.about["fitted"]
    assert 0.1 < found.temperature < 15
    assert found.temperature == pytest.approx(math.exp(best.x), rel=1e-3)
    before, after = found.about["log_loss"]
    assert before == pytest.approx(loss(0.0), abs=1e-9)
    assert after == pytest.approx(loss(math.log(found.temperature)), abs=1e-9)
    assert after < before
    assert (found.about["samples"], found.about["videos"], found.about["fakes"]) == (32, 16, 18)


def test_order_and_auc_stay(model: MRL, validation: Path) -> None:
    before = evaluate(model, [validation])
    model.calibration = Calibration(0.5, {"mean": 0.61, "clip": 0.6})
    after = evaluate(model, [validation])
    assert after.video["auc"] == before.video["auc"]
    assert after.temperature == 0.5
    assert before.temperature is None
    for one, other in zip(before.videos, after.videos, strict=True):
        logit = math.log(one.score / (1 - one.score))
        assert other.score == pytest.approx(1 / (1 + math.exp(-2 * logit)))


def test_thresholds_are_the_best_on_validation_scores(
    model: MRL, validation: Path, labels: Path
) -> None:
    found = calibrate(model, [validation], labels=labels, clips=2)
    assert model.calibration == found
    report = evaluate(model, [validation], labels=labels, clips=2)
    marks = [video.label for video in report.videos]
    scores = [video.score for video in report.videos]
    assert found.thresholds["mean"] == pytest.approx(best_threshold(marks, scores))
    assert report.video["threshold"] == found.thresholds["mean"]
    assert report.clip["threshold"] == found.thresholds["clip"]
    assert report.threshold_origin == "validation"
    right = (np.array(scores) >= found.thresholds["mean"]) == np.array(marks)
    assert report.video["accuracy"] == pytest.approx(right.mean())
    most = evaluate(model, [validation], labels=labels, clips=2, how="max")
    assert most.video["threshold"] == found.thresholds["max"]
    given = evaluate(model, [validation], labels=labels, threshold=0.5)
    assert (given.video["threshold"], given.threshold_origin) == (0.5, "given")


def test_detection_uses_both(tiny_model: MRL, astronaut_clip: Path) -> None:
    model = copy.deepcopy(tiny_model)
    plain = detect(astronaut_clip, model)
    assert (plain.threshold, plain.threshold_origin, plain.temperature) == (0.5, "default", None)
    assert plain.probability is not None
    assert plain.lines()[1].startswith("called forged from 0.5 on; not calibrated")
    logit = math.log(plain.probability / (1 - plain.probability))
    wanted = 1 / (1 + math.exp(-logit / 4))
    for threshold, verdict in [
        (wanted - 0.01, "likely forged"),
        (wanted + 0.01, "no forgery found"),
    ]:
        model.calibration = Calibration(4.0, {"mean": threshold})
        report = detect(astronaut_clip, model)
        assert report.probability == pytest.approx(wanted)
        assert report.persons[0].snippets[-1].probability == pytest.approx(wanted)
        assert (report.verdict, report.temperature) == (verdict, 4.0)
        assert (report.threshold, report.threshold_origin) == (threshold, "validation")
        assert report.lines()[1].endswith(
            "(chosen on validation data); calibrated on validation data, temperature 4"
        )
    assert detect(astronaut_clip, model, threshold=0.999).verdict == "no forgery found"


def test_the_validation_part_is_the_default(tmp_path: Path, model: MRL, validation: Path) -> None:
    rows = track_table([validation]).to_pylist()
    parts = identity_split(rows, (0.5, 0.25, 0.25))
    file = tmp_path / "split.json"
    file.write_text(json.dumps(split_document(rows, parts)))
    found = calibrate(model, [validation], split=file)
    assert (found.about["part"], found.about["samples"]) == ("val", len(parts["val"]))
    only = calibrate(model, [validation], manipulations=["swap"])
    assert only.about["manipulations"] == ["swap"]
    with pytest.raises(MissingDataError, match=r"'reenact' \(there are: swap\)"):
        calibrate(model, [validation], manipulations=["reenact"])


def test_data_told_apart_without_an_error_leave_the_temperature(
    model: MRL, validation: Path
) -> None:
    found = calibrate(model, [validation])
    assert evaluate(model, [validation]).video["auc"] == 1.0
    assert (found.temperature, found.about["fitted"]) == (1.0, False)
    assert evaluate(model, [validation]).video["accuracy"] == 1.0


def test_one_class_cannot_calibrate(tmp_path: Path, model: MRL, validation: Path) -> None:
    names = [row["source"] for row in track_table([validation]).to_pylist()]
    labels = tmp_path / "labels.csv"
    labels.write_text("file,label\n" + "".join(f"{name},fake\n" for name in names))
    with pytest.raises(MissingDataError, match="of one class"):
        calibrate(model, [validation], labels=labels)
    assert model.calibration is None

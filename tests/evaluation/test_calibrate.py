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
#: Two more than the fewest: some labels are turned round.
PEOPLE = 22


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
    return labelled_store(tmp_path_factory.mktemp("val") / "store", people=PEOPLE, frames=8)


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some labels turned round: no detector tells these apart without an error."""
    names = [f"{kind}/{n}.mp4" for kind in ("real", "fake") for n in range(PEOPLE)]
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
    assert (found.about["samples"], found.about["videos"], found.about["fakes"]) == (88, 44, 46)
    assert (found.about["real_videos"], found.about["fake_videos"]) == (21, 23)


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
    plain = detect(astronaut_clip, model, clips=1)
    assert (plain.threshold, plain.threshold_origin, plain.temperature) == (0.5, "default", None)
    assert plain.probability is not None
    assert plain.lines()[2] == (
        "forged from 0.667 on, not forged below 0.333, inconclusive between; threshold 0.5, not "
        "learned from validation data; uncalibrated: the probability is but a score"
    )
    logit = math.log(plain.probability / (1 - plain.probability))
    wanted = 1 / (1 + math.exp(-logit / 4))
    for threshold, verdict in [
        (wanted - 0.2, "forged"),
        (wanted, "inconclusive"),
        (wanted + 0.2, "not forged"),
    ]:
        band = (threshold - 0.1, threshold + 0.1)
        model.calibration = Calibration(4.0, {"mean": threshold}, bands={"mean": band})
        report = detect(astronaut_clip, model, clips=1)
        assert report.probability == pytest.approx(wanted)
        assert report.persons[0].snippets[-1].probability == pytest.approx(wanted)
        assert (report.verdict, report.temperature) == (verdict, 4.0)
        assert (report.threshold, report.threshold_origin) == (threshold, "validation")
        assert report.band == band
        assert report.lines()[2].endswith("learned from validation data; calibrated")
        assert f"threshold {threshold:.3g}, " in report.lines()[2]
    assert detect(astronaut_clip, model, threshold=0.999).verdict == "not forged"


def test_the_validation_part_is_the_default(tmp_path: Path, model: MRL, validation: Path) -> None:
    rows = track_table([validation]).to_pylist()
    parts = identity_split(rows, (0.04, 0.92, 0.04))
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
    report = evaluate(model, [validation])
    assert report.video["accuracy"] == 1.0
    assert report.temperature is None
    assert "scores are uncalibrated" in "\n".join(report.lines())


def test_the_bands_leave_one_error_in_twenty(model: MRL, validation: Path, labels: Path) -> None:
    found = calibrate(model, [validation], labels=labels)
    report = evaluate(model, [validation], labels=labels)
    scores = {
        label: np.array([video.score for video in report.videos if video.label == label])
        for label in (0, 1)
    }
    low, high = found.bands["mean"]
    assert low <= found.thresholds["mean"] / (2 - found.thresholds["mean"])
    assert (scores[0] >= high).mean() <= 0.05
    assert (scores[1] < low).mean() <= 0.05
    # Two turned labels are too many for the default band alone.
    assert (scores[0] >= np.sort(scores[0])[-2]).mean() > 0.05
    again = json.loads(json.dumps(found.to_dict()))
    assert again["bands"]["mean"] == [low, high]


@pytest.mark.parametrize(("real", "fake"), [(19, 22), (22, 19), (1, 1)])
def test_too_few_videos_are_refused_with_the_counts(
    tmp_path: Path, model: MRL, validation: Path, real: int, fake: int
) -> None:
    rows = track_table([validation]).to_pylist()
    counts = {"real": real, "fake": fake}
    chosen = [row for row in rows if int(Path(row["source"]).stem) < counts[row["label"]]]
    document = split_document(chosen, {"val": list(range(len(chosen)))})
    (tmp_path / "split.json").write_text(json.dumps(document))
    with pytest.raises(MissingDataError, match=f"hold {real} real and {fake} fake videos.*20 of"):
        calibrate(model, [validation], split=tmp_path / "split.json")
    assert model.calibration is None


def test_one_class_cannot_calibrate(tmp_path: Path, model: MRL, validation: Path) -> None:
    names = [row["source"] for row in track_table([validation]).to_pylist()]
    labels = tmp_path / "labels.csv"
    labels.write_text("file,label\n" + "".join(f"{name},fake\n" for name in names))
    with pytest.raises(MissingDataError, match=f"hold 0 real and {2 * PEOPLE} fake videos"):
        calibrate(model, [validation], labels=labels)
    assert model.calibration is None

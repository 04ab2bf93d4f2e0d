"""``graphforensics evaluate`` and ``calibrate``: figures that follow from the scores written."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from sklearn.metrics import accuracy_score, average_precision_score, roc_auc_score, roc_curve

from graphforensics.cli.main import main
from graphforensics.models import MRL, load_detector


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, labelled_store: Callable[..., Path]) -> Path:
    return labelled_store(tmp_path_factory.mktemp("protocol") / "store", people=5, faceless=1)


@pytest.fixture
def saved(tmp_path: Path) -> list[str]:
    """Two untrained detectors, with names."""
    for seed, name in enumerate(("one", "two")):
        torch.manual_seed(seed)
        model = MRL(encoder="resnet10t", encoder_stage=1, regions=2, snippets=2, frames=3, size=32)
        model.save_pretrained(tmp_path / name)
    return [f"{name}={tmp_path / name}" for name in ("one", "two")]


def _error(capsys: pytest.CaptureFixture[str], words: list[str]) -> str:
    capsys.readouterr()
    assert main(words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


def _scores(file: Path) -> tuple[list[bool], list[float]]:
    """Labels and scores of a table of videos."""
    rows = [row for row in csv.DictReader(file.open()) if row["status"] == "ok"]
    return [row["label"] == "fake" for row in rows], [float(row["score"]) for row in rows]


@pytest.mark.parametrize("how", ["mean", "max"])
def test_the_figures_follow_from_the_scores_written(
    tmp_path: Path, store: Path, saved: list[str], capsys: pytest.CaptureFixture[str], how: str
) -> None:
    files = [f"--json={tmp_path / 'f.json'}", f"--csv={tmp_path / 's.csv'}"]
    words = ["evaluate", f"--model={tmp_path / 'two'}", f"--data={store}", "--clips=2"]
    assert main([*words, f"--video-score={how}", "--threshold=0.47", *files]) == 0
    labels, scores = _scores(tmp_path / "s.csv")
    assert (len(labels), sum(labels)) == (10, 5)
    figures = json.loads((tmp_path / "f.json").read_text())
    video = figures["video"]
    assert (video["samples"], video["real"], video["fake"]) == (10, 5, 5)
    assert video["auc"] == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    assert video["average_precision"] == pytest.approx(average_precision_score(labels, scores))
    assert video["accuracy"] == accuracy_score(labels, [score >= 0.47 for score in scores])
    alarms, found, _ = roc_curve(labels, scores)
    crossing = brentq(lambda rate: 1 - rate - np.interp(rate, alarms, found), 0, 1)
    assert video["equal_error_rate"] == pytest.approx(crossing, abs=1e-9)
    assert (figures["clip"]["samples"], figures["frame"]) == (20, None)
    low, high = video["auc_interval"]["low"], video["auc_interval"]["high"]
    assert 0 <= low <= video["auc"] <= high <= 1
    assert figures["without_score"] == {"no_face": 2, "too_short": 0, "failed": 0}
    told = capsys.readouterr().out
    assert f"10 videos (5 real, 5 fake): AUC {video['auc']:.3f}" in told
    assert "2 without a face" in told


def test_detectors_of_images_have_figures_over_frames(tmp_path: Path, store: Path) -> None:
    model = MRL(encoder="resnet10t", encoder_stage=1, regions=2, kind="image", size=32)
    model.save_pretrained(tmp_path / "image")
    files = [f"--json={tmp_path / 'f.json'}", f"--csv={tmp_path / 's.csv'}"]
    assert main(["evaluate", f"--model={tmp_path / 'image'}", f"--data={store}", *files]) == 0
    figures = json.loads((tmp_path / "f.json").read_text())
    assert figures["clip"] is None
    labels, scores = _scores(tmp_path / "s.csv")
    # One frame a video: the two figures are one.
    assert figures["frame"]["auc"] == figures["video"]["auc"] == roc_auc_score(labels, scores)


def test_labels_of_a_table_count_more_and_one_class_has_no_area(
    tmp_path: Path, store: Path, saved: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    labels = tmp_path / "labels.csv"
    names = [f"{kind}/{number}.mp4" for kind in ("real", "fake") for number in range(6)]
    labels.write_text("file,label\n" + "".join(f"{name},real\n" for name in names))
    words = ["evaluate", f"--model={tmp_path / 'one'}", f"--data={store}", f"--labels={labels}"]
    assert main([*words, f"--json={tmp_path / 'f.json'}"]) == 0
    video = json.loads((tmp_path / "f.json").read_text())["video"]
    assert (video["real"], video["fake"]) == (10, 0)
    assert video["auc"] is video["average_precision"] is video["equal_error_rate"] is None
    assert video["accuracy"] is not None
    assert "10 videos (10 real, 0 fake): AUC undefined" in capsys.readouterr().out


def test_a_protocol_writes_three_files_that_agree(
    tmp_path: Path, store: Path, saved: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ["evaluate", "--protocol=cross-manipulation", "--model", *saved, f"--data={store}"]
    assert main([*words, f"--out={out}", "--resamples=10", "--trained-on=one=swap"]) == 0
    table = (out / "table.md").read_text()
    assert table in capsys.readouterr().out
    assert "| one | " in table
    assert "†" in table
    told = json.loads((out / "report.json").read_text())
    assert told["versions"]["scikit-learn"]
    assert told["command"]
    assert told["models"]["two"]["place"] == str(tmp_path / "two")
    rows = list(csv.DictReader((out / "scores.csv").open()))
    assert sum(bool(row["score"]) for row in rows) == 20
    assert sum(row["status"] == "no_face" for row in rows) == 4
    assert main(["evaluate", f"--from-csv={out / 'scores.csv'}"]) == 0
    assert capsys.readouterr().out == table


def test_robustness_of_chosen_kinds(tmp_path: Path, store: Path, saved: list[str]) -> None:
    out = tmp_path / "out"
    words = ["evaluate", "--protocol=robustness", "--model", saved[0], f"--data={store}"]
    chosen = ["--kinds", "blur", "patches", "--levels", "5", "--resamples=10"]
    assert main([*words, *chosen, f"--out={out}"]) == 0
    told = json.loads((out / "report.json").read_text())
    assert [cell["condition"] for cell in told["cells"]] == ["clean", "blur:5", "patches:5"]


def test_named_data_are_conditions(tmp_path: Path, store: Path, saved: list[str]) -> None:
    out = tmp_path / "out"
    words = ["evaluate", "--protocol=cross-quality", "--model", saved[0]]
    data = ["--data", f"raw={store}", f"c40={store}"]
    assert main([*words, *data, f"--out={out}", "--resamples=10"]) == 0
    told = json.loads((out / "report.json").read_text())
    assert [cell["condition"] for cell in told["cells"]] == ["raw", "c40"]


def test_one_perturbation_in_a_plain_evaluation(
    tmp_path: Path, store: Path, saved: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", f"--model={tmp_path / 'one'}", f"--data={store}"]
    assert main([*words, f"--json={tmp_path / 'clean.json'}"]) == 0
    assert main([*words, "--perturb=contrast:5", f"--json={tmp_path / 'dark.json'}"]) == 0
    clean, dark = (json.loads((tmp_path / f"{n}.json").read_text()) for n in ("clean", "dark"))
    assert dark["perturbation"] == "contrast:5"
    assert clean["video"]["brier_score"] != dark["video"]["brier_score"]
    assert "'kind' must be one of" in _error(capsys, [*words, "--perturb=rain:1"])


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, labelled_store: Callable[..., Path]) -> Path:
    """Videos enough for a threshold: twenty of each kind."""
    return labelled_store(tmp_path_factory.mktemp("large") / "store", people=20)


def test_calibration_is_found_by_every_command(
    tmp_path: Path, large: Path, saved: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = [f"--model={tmp_path / 'one'}", f"--data={large}"]
    assert main(["calibrate", *words, "--clips=2", f"--json={tmp_path / 'c.json'}"]) == 0
    told = capsys.readouterr().out
    assert "40 videos (20 real, 20 fake)" in told
    assert "inconclusive from" in told
    assert f"written: {tmp_path / 'one' / 'calibration.json'}" in told
    found = load_detector(tmp_path / "one").calibration
    assert found is not None
    assert json.loads((tmp_path / "c.json").read_text()) == found.to_dict()
    assert main(["evaluate", *words, f"--json={tmp_path / 'e.json'}"]) == 0
    figures = json.loads((tmp_path / "e.json").read_text())
    assert figures["temperature"] == (found.temperature if found.fitted else None)
    assert figures["video"]["threshold"] == found.thresholds["mean"]
    assert figures["threshold_origin"] == "validation"
    assert "learned from validation data" in capsys.readouterr().out


def test_too_few_videos_calibrate_nothing(
    tmp_path: Path, store: Path, saved: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["calibrate", f"--model={tmp_path / 'one'}", f"--data={store}"]
    assert "hold 5 real and 5 fake videos" in _error(capsys, words)
    assert not (tmp_path / "one" / "calibration.json").exists()


TINY = [
    *("--encoder=resnet10t", "--set=encoder_stage=1", "--set=regions=2", "--set=snippets=2"),
    *("--set=frames=3", "--set=size=32", "--batch-size=8", "--workers=0", "--epochs=1"),
]


def test_training_ends_calibrated(tmp_path: Path, labelled_store: Callable[..., Path]) -> None:
    store = labelled_store(tmp_path / "store", people=26)
    words = ["train", f"--data={store}", *TINY, "--fractions", "0.1", "0.8", "0.1"]
    assert main([*words, f"--out={tmp_path / 'run'}"]) == 0
    found = load_detector(tmp_path / "run" / "best").calibration
    assert found is not None
    assert found.about["part"] == "val"
    assert main([*words, f"--out={tmp_path / 'bare'}", "--no-calibrate"]) == 0
    assert load_detector(tmp_path / "bare" / "best").calibration is None


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory, store: Path) -> Path:
    """A small run on the five people of the store."""
    out = tmp_path_factory.mktemp("run") / "run"
    words = ["train", f"--data={store}", *TINY, "--fractions", "0.4", "0.3", "0.3"]
    assert main([*words, f"--out={out}"]) == 0
    return out


def test_training_on_few_videos_says_that_it_learned_no_threshold(
    tmp_path: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", f"--data={store}", *TINY, "--fractions", "0.4", "0.3", "0.3"]
    assert main([*words, f"--out={tmp_path / 'run'}"]) == 0
    assert "not calibrated: the validation data hold" in capsys.readouterr().out
    assert load_detector(tmp_path / "run" / "best").calibration is None


def test_a_run_s_detector_is_measured_on_its_own_test_part(
    tmp_path: Path, store: Path, run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    split = run_folder / "split.json"
    parts = json.loads(split.read_text())["parts"]
    test = {entry["source"] for entry in parts["test"] if entry["track_id"]}
    words = ["evaluate", f"--model={run_folder / 'best'}", f"--data={store}"]
    place = tmp_path / "figures.json"
    capsys.readouterr()
    assert main([*words, f"--json={place}"]) == 0
    figures = json.loads(place.read_text())
    assert (figures["part"], figures["split"]) == ("test", str(split))
    assert figures["video"]["samples"] == len(test)
    assert figures["trained_videos"] == 0
    told = capsys.readouterr().out
    assert f"measured: part 'test' of {split}" in told
    assert "WARNING" not in told


@pytest.mark.parametrize("asked", [["--split=none"], ["--part=all"], ["--part=train"]])
def test_people_trained_on_are_told_loudly(
    tmp_path: Path,
    store: Path,
    run_folder: Path,
    capsys: pytest.CaptureFixture[str],
    asked: list[str],
) -> None:
    parts = json.loads((run_folder / "split.json").read_text())["parts"]
    train = [entry for entry in parts["train"] if entry["track_id"]]
    words = ["evaluate", f"--model={run_folder / 'best'}", f"--data={store}", *asked]
    capsys.readouterr()
    assert main(words) == 0
    told = capsys.readouterr().out
    measured = len(train) if asked == ["--part=train"] else 10
    assert told.startswith(
        f"WARNING: {len(train)} of {measured} videos show people whom the detector was TRAINED ON"
    )
    if asked != ["--part=train"]:
        assert "measured: everything in the stores" in told


def test_other_people_are_all_measured_and_that_is_said(
    tmp_path: Path,
    run_folder: Path,
    labelled_store: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = labelled_store(tmp_path / "other", people=2, prefix="other_")
    capsys.readouterr()
    assert main(["evaluate", f"--model={run_folder / 'best'}", f"--data={other}"]) == 0
    told = capsys.readouterr().out
    assert f"none of these tracks is in {run_folder / 'split.json'}: all of them" in told
    assert "4 videos (2 real, 2 fake)" in told
    assert "WARNING" not in told


def test_a_protocol_on_people_trained_on_says_so(
    tmp_path: Path, store: Path, run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "--protocol=cross-manipulation", f"--model={run_folder / 'best'}"]
    words += [f"--data={store}", f"--out={tmp_path / 'out'}", "--resamples=10"]
    capsys.readouterr()
    assert main(words) == 0
    assert "was TRAINED ON" in capsys.readouterr().err
    assert main([*words, f"--split={run_folder / 'split.json'}"]) == 0
    assert "TRAINED ON" not in capsys.readouterr().err


def test_mistakes_are_one_line(
    tmp_path: Path, store: Path, saved: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    model, data = f"--model={tmp_path / 'one'}", f"--data={store}"
    out = f"--out={tmp_path / 'out'}"
    (tmp_path / "file").write_text("in the way")
    for words, told in [
        (["evaluate", data], "'--model' and '--data' must be given"),
        (["evaluate", "--model", *saved, data], "several detectors with '--protocol' only"),
        (["evaluate", model, data, out], "'--out' is for protocols"),
        (["evaluate", model, data, "--protocol=robustness"], "'--out' must say"),
        (["evaluate", model, data, out, "--protocol=robustness", "--csv=x"], "'--csv' does not go"),
        (["evaluate", model, data, out, "--protocol=robustness", "--kinds=rain"], "'kind' must be"),
        (["evaluate", model, data, out, "--protocol=cross-quality"], "quality is not known"),
        (
            ["evaluate", model, data, f"--out={tmp_path / 'file'}", "--protocol=robustness"],
            "cannot be written",
        ),
        (
            ["evaluate", model, "--data", str(store), f"b={store}", out, "--protocol=robustness"],
            "a name to every store, or to none",
        ),
        (
            ["evaluate", "--model", saved[0], saved[0], data, out, "--protocol=robustness"],
            "two detectors called 'one'",
        ),
        (["evaluate", f"--from-csv={tmp_path / 'none.csv'}"], "none.csv: cannot be read"),
        (["calibrate", f"--model={tmp_path / 'file'}", data], "no place for a calibration"),
        (["calibrate", model, data, "--part=val"], "no 'split' says"),
        (["calibrate", model, data, "--manipulations=melt"], "'melt' (there are: swap)"),
    ]:
        assert told in _error(capsys, words)

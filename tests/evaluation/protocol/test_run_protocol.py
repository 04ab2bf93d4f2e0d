"""Every figure of a protocol from its table of scores, and the same again from the same call."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from graphforensics.datasets.perturbation import Perturbation
from graphforensics.errors import CheckpointError, MissingDataError
from graphforensics.evaluation.evaluate import evaluate
from graphforensics.evaluation.protocol import ProtocolReport, run_protocol, table_from_scores
from graphforensics.models import load_detector

World = tuple[Path, Path]
Saved = dict[str, Path]


def run(protocol: str, saved: Saved, world: World, **more: Any) -> ProtocolReport:
    return run_protocol(protocol, saved, [world[0]], labels=world[1], resamples=20, **more)


def by_hand(report: ProtocolReport, model: str, chosen: Any) -> tuple[list[int], list[float]]:
    """Labels and scores of some rows of the CSV table."""
    rows = csv.DictReader(io.StringIO(report.csv()))
    kept = [r for r in rows if r["model"] == model and r["score"] and chosen(r)]
    return [int(r["label"] == "fake") for r in kept], [float(r["score"]) for r in kept]


@pytest.mark.parametrize(
    ("protocol", "column", "names"),
    [
        ("cross-dataset", "dataset", ["A", "B"]),
        ("cross-quality", "quality", ["c23", "c40"]),
        ("cross-manipulation", "manipulation", ["reenact", "swap"]),
    ],
)
def test_figures_follow_from_the_scores(
    saved: Saved, world: World, protocol: str, column: str, names: list[str]
) -> None:
    report = run(protocol, saved, world)
    assert sorted({cell.condition for cell in report.cells}) == names
    assert len(report.cells) == 4
    for cell in report.cells:

        def chosen(row: dict[str, str], name: str = cell.condition) -> bool:
            own = row[column] == name
            return own or (column == "manipulation" and row["label"] == "real")

        labels, scores = by_hand(report, cell.model, chosen)
        assert len(labels) == {"dataset": 6, "quality": 6, "manipulation": 9}[column]
        figures = cell.figures
        assert figures["auc"] == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
        assert figures["average_precision"] == pytest.approx(
            average_precision_score(labels, scores)
        )
        assert figures["brier_score"] == pytest.approx(brier_score_loss(labels, scores))
        right = (np.array(scores) >= 0.5) == np.array(labels)
        assert figures["accuracy"] == pytest.approx(right.mean())
        assert cell.interval.estimate == pytest.approx(figures["auc"])


def test_reals_of_a_manipulation_are_of_its_data_sets(
    tmp_path: Path, saved: Saved, world: World
) -> None:
    text = world[1].read_text().replace("reenact,B,", "swap,B,").replace("swap,A,", "reenact,A,")
    labels = tmp_path / "labels.csv"
    labels.write_text(text)
    report = run_protocol("cross-manipulation", saved, [world[0]], labels=labels, resamples=5)
    one = {cell.condition: cell.figures for cell in report.cells if cell.model == "one"}
    assert [(one[n]["real"], one[n]["fake"]) for n in ("swap", "reenact")] == [(3, 3), (3, 3)]


def test_a_protocol_of_everything_is_an_evaluation(saved: Saved, world: World) -> None:
    report = run_protocol(
        "cross-dataset", {"one": saved["one"]}, {"all": [world[0]]}, labels=world[1], seed=3
    )
    wanted = evaluate(load_detector(saved["one"]), [world[0]], labels=world[1], seed=3)
    (cell,) = report.cells
    assert cell.condition == "all"
    assert cell.figures == wanted.video
    assert cell.interval == wanted.interval
    assert cell.without_score == {"no_face": 2}


def test_robustness(saved: Saved, world: World) -> None:
    report = run("robustness", saved, world, kinds=["blur", "h264"], levels=[1, 5], seed=2)
    names = ["clean", "blur:1", "blur:5", "h264:1", "h264:5"]
    assert [c.condition for c in report.cells if c.model == "two"] == names
    model = load_detector(saved["one"])
    for level in (1, 5):
        alone = evaluate(
            model, [world[0]], labels=world[1], perturbation=Perturbation("blur", level, seed=2)
        )
        _, scores = by_hand(report, "one", lambda r, n=level: r["perturbation"] == f"blur:{n}")
        assert scores == [video.score for video in alone.videos]
    clean = by_hand(report, "one", lambda r: not r["perturbation"])[1]
    assert clean == [v.score for v in evaluate(model, [world[0]], labels=world[1]).videos]
    table = report.markdown()
    assert "| perturbation | strength 1 | strength 2" in table
    assert "As it is: " in table


@pytest.mark.parametrize("protocol", ["cross-manipulation", "robustness"])
def test_the_table_can_be_made_again_from_the_scores(
    tmp_path: Path, saved: Saved, world: World, protocol: str
) -> None:
    more = {"kinds": ["patches"], "levels": [2]} if protocol == "robustness" else {}
    report = run(protocol, saved, world, **more)
    place = tmp_path / "scores.csv"
    place.write_text(report.csv())
    assert table_from_scores(place) == report.markdown()
    assert run(protocol, saved, world, **more).csv() == report.csv()


def test_files_without_a_face_are_counted(saved: Saved, world: World) -> None:
    report = run("cross-dataset", saved, world)
    counts = {c.condition: c.without_score for c in report.cells if c.model == "one"}
    assert counts == {"A": {}, "B": {"no_face": 2}}
    empty = [r for r in csv.DictReader(io.StringIO(report.csv())) if not r["score"]]
    assert [(r["status"], r["video"]) for r in empty if r["model"] == "one"] == [
        ("no_face", "fake/6.mp4"),
        ("no_face", "real/6.mp4"),
    ]
    assert "2 no_face" in report.markdown()


def test_what_repeats_the_run_is_told(saved: Saved, world: World) -> None:
    told = json.loads(json.dumps(run("cross-dataset", saved, world).to_dict(), allow_nan=False))
    assert told["protocol"] == "cross-dataset"
    assert told["data"] == {"": [str(world[0])]}
    assert told["settings"]["resamples"] == 20
    one = told["models"]["one"]
    assert len(one["weights"]) == len(one["data"][""]["fingerprint"]) == 64
    assert one["config"]["encoder"] == "resnet10t"
    assert (one["threshold"], one["threshold_origin"]) == (0.5, "default")
    assert len(told["comparisons"]) == 2
    assert told["comparisons"][0]["delong"]["samples"] == 6


def test_what_was_seen_in_training_is_marked(tmp_path: Path, saved: Saved, world: World) -> None:
    run_file = saved["one"].parent / "run.json"
    run_file.write_text(json.dumps({"trained_on": {"manipulation": ["swap"]}}))
    try:
        report = run("cross-manipulation", saved, world)
        seen = {(cell.model, cell.condition): cell.seen for cell in report.cells}
        assert seen == {
            ("one", "swap"): True,
            ("one", "reenact"): False,
            ("two", "swap"): None,
            ("two", "reenact"): None,
        }
        lines = report.markdown().splitlines()
        (line,) = [text for text in lines if text.startswith("| one | ") and "[" in text][:1]
        assert line.count("†") == 1
        rest = next(c.figures["auc"] for c in report.cells if c.seen is False)
        assert line.endswith(f"| {rest:.3f} |")
        told = run("cross-manipulation", saved, world, trained_on={"two": ["reenact"]})
        assert [c.seen for c in told.cells if c.model == "two"] == [
            c.condition == "reenact" for c in told.cells if c.model == "two"
        ]
    finally:
        run_file.unlink()


def test_mistakes(tmp_path: Path, saved: Saved, world: World) -> None:
    with pytest.raises(ValueError, match="'protocol' must be one of cross-dataset"):
        run("cross-country", saved, world)
    with pytest.raises(ValueError, match="'models' must not be empty"):
        run("robustness", {}, world)
    with pytest.raises(ValueError, match="'data' must not be empty"):
        run_protocol("robustness", saved, [])
    with pytest.raises(ValueError, match="'data' must be a list"):
        run_protocol("robustness", saved, str(world[0]))
    with pytest.raises(ValueError, match="'resamples' must be positive"):
        run_protocol("robustness", saved, [world[0]], resamples=0)
    with pytest.raises(ValueError, match="'kind' must be one of"):
        run("robustness", saved, world, kinds=["rain"])
    with pytest.raises(ValueError, match="'trained_on' names 'three'"):
        run("robustness", saved, world, trained_on={"three": []})
    with pytest.raises(CheckpointError, match="no such file"):
        run("robustness", {"none": tmp_path / "none"}, world)
    with pytest.raises(MissingDataError, match="its quality is not known"):
        run_protocol("cross-quality", saved, [world[0]])

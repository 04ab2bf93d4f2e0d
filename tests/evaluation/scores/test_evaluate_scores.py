"""Figures of tables of scores, against scikit-learn and worked by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from graphforensics.errors import MissingDataError
from graphforensics.evaluation.scores import evaluate_scores
from graphforensics.evaluation.scores.expected import video_key
from graphforensics.metrics import delong_test


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.fixture
def table(tmp_path: Path) -> tuple[Path, list[int], list[float]]:
    rng = np.random.default_rng(0)
    labels = [0, 1] * 15
    scores = [round(float(np.clip(rng.normal(0.35 + 0.3 * y, 0.2), 0, 1)), 3) for y in labels]
    lines = [
        f"v{n}.mp4,{s},{y},p{n // 2}" for n, (y, s) in enumerate(zip(labels, scores, strict=True))
    ]
    text = "\n".join(["video,score,label,identity", *lines])
    return write(tmp_path / "s.csv", text), labels, scores


def test_figures_are_those_of_scikit_learn(table: tuple[Path, list[int], list[float]]) -> None:
    path, labels, scores = table
    found = evaluate_scores({"theirs": path}, resamples=50).to_dict()["detectors"]["theirs"]
    video = found["video"]
    assert video["auc"] == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    assert video["average_precision"] == pytest.approx(average_precision_score(labels, scores))
    assert video["brier_score"] == pytest.approx(brier_score_loss(labels, scores))
    assert video["auc_interval"]["groups"] == 15
    assert found["auc_bounds"] == pytest.approx([video["auc"]] * 2)
    counts = {"expected": 30, "scored": 30, "missing": 0, "failed": 0, "unexpected": 0}
    assert found["coverage"] == counts


def test_high_scores_of_real_faces_are_turned(tmp_path: Path) -> None:
    truth = "a,{},real\nb,{},real\nc,{},fake\nd,{},fake\n"
    head = "video,score,label\n"
    fake = write(tmp_path / "f.csv", head + truth.format(0.1, 0.6, 0.4, 0.8))
    real = write(tmp_path / "r.csv", head + truth.format(0.9, 0.4, 0.6, 0.2))
    logits = write(tmp_path / "l.csv", head + truth.format(3, -2, 1, -4))
    one = evaluate_scores({"x": fake}, resamples=5).tables[0].figures
    other = evaluate_scores({"x": real}, polarity="real", resamples=5).tables[0].figures
    assert one["auc"] == other["auc"] == 0.75
    assert other["brier_score"] == pytest.approx(one["brier_score"])
    assert (one["accuracy"], other["accuracy"]) == (0.5, 0.5)
    wide = evaluate_scores({"x": logits}, polarity="real", resamples=5).tables[0].figures
    # Without probabilities: 0 is the threshold, and no Brier score.
    assert (wide["auc"], wide["threshold"], wide["brier_score"]) == (0.75, 0.0, None)
    given = evaluate_scores({"x": real}, polarity="real", threshold=0.3, resamples=5)
    # From 0.3 down only d is called fake: three of four are right.
    assert given.tables[0].figures["accuracy"] == 0.75
    wrong = evaluate_scores({"x": real}, resamples=5)
    assert "is '--polarity' right?" in wrong.lines()[-1]


def test_videos_without_a_score_are_counted_and_named(tmp_path: Path) -> None:
    labels = write(tmp_path / "l.csv", "file,label\na,0\nb,0\nc,1\nd,1\ne,1\n")
    scores = write(
        tmp_path / "s.csv",
        "video,score,status\na,0.1,ok\nb,0.7,ok\nc,0.5,ok\nd,nan,\ne.mp4,0.9,failed\nx,1,ok\n",
    )
    report = evaluate_scores({"s": scores}, labels=labels, resamples=5)
    found = report.to_dict()["detectors"]["s"]
    counts = {"expected": 5, "scored": 3, "missing": 0, "failed": 2, "unexpected": 1}
    assert found["coverage"] == counts
    assert (found["failed"], found["unexpected"]) == (["d", "e"], ["x"])
    assert (found["video"]["samples"], found["video"]["auc"]) == (3, 0.5)
    # Pairs: c beats a and not b (1 of 2). d and e at the bottom: 1 of 6; at the top: 5 of 6.
    assert found["auc_bounds"] == pytest.approx([1 / 6, 5 / 6])
    told = "\n".join(report.lines())
    assert "s: 5 videos expected, 3 scored, 0 missing, 2 failed" in told
    assert "WARNING: 2 videos have no score" in told
    assert "between 0.167 and 0.833" in told
    assert "failed: d, e" in told
    assert "not expected, left out: x" in told
    lines = report.csv().splitlines()
    assert [line.rsplit(",", 1)[1] for line in lines[1:]] == ["ok"] * 3 + ["failed"] * 2


def test_two_tables_are_compared_on_what_both_score(
    tmp_path: Path, table: tuple[Path, list[int], list[float]]
) -> None:
    path, labels, scores = table
    rng = np.random.default_rng(1)
    other = rng.uniform(0, 1, 30).round(3)
    lines = [f"v{n},{score}" for n, score in enumerate(other[:28])]
    second = write(tmp_path / "t.csv", "\n".join(["video,score", *lines]))
    text = [f"v{n},{label}" for n, label in enumerate(labels)]
    truth = write(tmp_path / "truth.csv", "\n".join(["video,label", *text]))
    report = evaluate_scores({"a": path, "b": second}, labels=truth, resamples=50)
    (pair,) = report.comparisons
    test = delong_test(labels[:28], scores[:28], other[:28])
    assert (pair.test.p, pair.test.samples) == (pytest.approx(test.p), 28)
    first, rest = roc_auc_score(labels[:28], scores[:28]), roc_auc_score(labels[:28], other[:28])
    assert pair.interval.estimate == pytest.approx(first - rest)
    assert report.tables[1].scored.missing == [28, 29]
    assert "missing: v28, v29" in "\n".join(report.lines())


def test_without_labels_elsewhere_what_any_table_names_is_expected(tmp_path: Path) -> None:
    one = write(tmp_path / "1.csv", "video,score,label\na,0.1,real\nb,0.8,fake\n")
    two = write(tmp_path / "2.csv", "video,score,label\nb,0.8,fake\nc,0.9,fake\n")
    report = evaluate_scores({"one": one, "two": two}, resamples=5)
    assert [len(table.scored.missing) for table in report.tables] == [1, 1]
    assert len(report.expected) == 3


def test_rows_of_frames_are_joined(tmp_path: Path) -> None:
    text = "video,score,label\na,0.2,0\na,0.4,0\nb,0.1,1\nb,0.9,1\nb,,1\n"
    path = write(tmp_path / "s.csv", text)
    mean = evaluate_scores({"s": path}, resamples=5)
    assert list(mean.tables[0].scored.scores.values()) == pytest.approx([0.3, 0.5])
    most = evaluate_scores({"s": path}, how="max", resamples=5)
    assert list(most.tables[0].scored.scores.values()) == [0.4, 0.9]


def test_a_split_file_says_what_is_expected(tmp_path: Path) -> None:
    entries = [
        {"source": f"{label}/{name}.mp4", "track_id": f"t{track}", "label": label, "identity": name}
        for name in ("anna", "bela")
        for label in ("real", "fake")
        for track in (0, 1)
    ]
    document = {"format": "graphforensics split", "version": 1, "seed": 0}
    document["parts"] = {"train": [], "val": [], "test": entries}
    split = write(tmp_path / "split.json", json.dumps(document))
    scores = write(
        tmp_path / "s.csv",
        "video,score\nreal/anna,0.2\n/data/fake/anna.mp4,0.9\nfake/bela.avi,0.7\nother,1\n",
    )
    report = evaluate_scores({"s": scores}, split=split, resamples=5)
    assert len(report.expected) == 4
    assert [report.expected[n].name for n in report.tables[0].scored.missing] == ["real/bela.mp4"]
    assert report.tables[0].interval.groups == 2
    assert report.tables[0].figures["fake"] == 2
    vague = write(tmp_path / "v.csv", "video,score\nanna,0.2\n")
    with pytest.raises(MissingDataError, match=r"anna may be real/anna.mp4 or fake/anna.mp4"):
        evaluate_scores({"s": vague}, split=split)
    with pytest.raises(ValueError, match="'part' must be one of"):
        evaluate_scores({"s": scores}, split=split, part="tset")


def test_columns_tell_videos_of_one_name_apart(tmp_path: Path) -> None:
    labels = write(
        tmp_path / "l.csv",
        "video,manipulation,label,split\n000,original,real,test\n000_003,Deepfakes,fake,test\n"
        "000_003,Face2Face,fake,test\n001,original,real,train\n",
    )
    scores = write(
        tmp_path / "s.csv",
        "video,manipulation,score\n000,original,0.5\n000_003,Deepfakes,0.9\n000_003,Face2Face,0.1\n",
    )
    report = evaluate_scores({"s": scores}, labels=labels, split="official", resamples=5)
    assert (len(report.expected), report.tables[0].figures["auc"]) == (3, 0.5)
    bare = write(tmp_path / "b.csv", "video,score\n000,0.5\n000_003,0.9\n")
    # Without the column a name stands for both: their labels agree, they are one video.
    assert len(evaluate_scores({"b": bare}, labels=labels, resamples=5).expected) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no column 'video' or 'file' or 'path' or 'source' (its columns: none)"),
        ("video,label\na,0\n", "has no column 'score'"),
        ("video,score\n", "has no row"),
        ("video,score,label\n,1,0\n", "line 2: names no video"),
        ("video,score,label\na,much,0\n", "line 2: 'score' must be a number (got 'much')"),
        ("video,score,label\na,1,2\n", "'label' must be real, fake, 0 (real) or 1 (fake)"),
        ("video,score\na,1\n", "1 videos have no label, among them a; add a column 'label'"),
        ("video,score,label\na,1,0\na,1,1\n", "a is both real and fake"),
        ("video,score,label\na,,0\n", "scores none of the 1 videos expected"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path / "s.csv", text)
    with pytest.raises(MissingDataError) as caught:
        evaluate_scores({"s": path})
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_endings_of_videos_are_no_part_of_their_names() -> None:
    assert video_key("a\\b.MP4") == "a/b"
    assert video_key("clip.v2") == "clip.v2"

"""Figures once over all scores, and nothing guessed where there is nothing to score."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.errors import MissingDataError, StoreError
from graphforensics.evaluation.evaluate import evaluate
from graphforensics.evaluation.score_clips import score_clips
from graphforensics.metrics import video_scores
from graphforensics.models import MRL
from graphforensics.splits.split import identity_split
from graphforensics.splits.split_file import split_document
from graphforensics.store.track_table import track_table

Make = Callable[..., Path]


def test_figures_follow_from_the_table_of_videos(scored_store: Path, tiny_model: MRL) -> None:
    report = evaluate(tiny_model, [scored_store], clips=2)
    rows = list(csv.DictReader(io.StringIO(report.csv())))
    scored = [row for row in rows if row["status"] == "ok"]
    labels = [row["label"] == "fake" for row in scored]
    scores = [float(row["score"]) for row in scored]
    assert len(scored) == 10
    assert {row["clips"] for row in scored} == {"2"}
    assert report.video["auc"] == roc_auc_score(labels, scores)
    assert report.video["average_precision"] == average_precision_score(labels, scores)
    assert report.clip["samples"] == 20
    assert report.interval.groups == 5
    assert report.interval.low <= report.interval.estimate <= report.interval.high


def test_files_without_a_face_are_counted_and_have_no_score(
    scored_store: Path, tiny_model: MRL
) -> None:
    report = evaluate(tiny_model, [scored_store])
    assert [row[2] for row in report.faceless] == ["no_face", "no_face"]
    without = [row for row in csv.DictReader(io.StringIO(report.csv())) if row["status"] != "ok"]
    assert [(row["video"], row["label"], row["score"]) for row in without] == [
        ("fake/5.mp4", "fake", ""),
        ("real/5.mp4", "real", ""),
    ]
    told = report.to_dict()["without_score"]
    assert told == {"no_face": 2, "too_short": 0, "failed": 0}
    assert "2 without a face" in report.lines()[-1]


def test_glimpses_are_counted_and_have_no_score(
    tmp_path: Path, labelled_store: Make, scored_store: Path, tiny_model: MRL
) -> None:
    short = labelled_store(tmp_path / "short", people=1, frames=1, prefix="short_")
    report = evaluate(tiny_model, [scored_store, short])
    assert len(report.videos) == 10
    assert report.to_dict()["without_score"]["too_short"] == 2


def test_one_part_of_a_split_is_evaluated(
    tmp_path: Path, scored_store: Path, tiny_model: MRL
) -> None:
    rows = track_table([scored_store]).to_pylist()
    parts = identity_split(rows, (0.4, 0.3, 0.3))
    file = tmp_path / "split.json"
    file.write_text(json.dumps(split_document(rows, parts)))
    wanted = {rows[n]["video"] for n in parts["test"] if rows[n]["track_id"]}
    report = evaluate(tiny_model, [scored_store], split=file)
    assert report.part == "test"
    assert {video.video for video in report.videos} == wanted
    everyone = sum(
        len(evaluate(tiny_model, [scored_store], split=file, part=part).videos)
        for part in ("train", "val", "test")
    )
    assert everyone == 10


def test_one_class_leaves_figures_undefined(
    tmp_path: Path, labelled_store: Make, tiny_model: MRL
) -> None:
    root = labelled_store(tmp_path / "s", people=2)
    labels = tmp_path / "labels.csv"
    names = [f"{kind}/{n}.mp4" for kind in ("real", "fake") for n in range(2)]
    labels.write_text("file,label\n" + "".join(f"{name},fake\n" for name in names))
    report = evaluate(tiny_model, [root], labels=labels)
    told = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert told["video"]["auc"] is None
    assert told["video"]["auc_interval"]["estimate"] is None
    assert told["video"]["accuracy"] is not None
    assert "AUC undefined" in "\n".join(report.lines())


def test_equal_runs_give_equal_reports(scored_store: Path, tiny_model: MRL) -> None:
    one, other = (evaluate(tiny_model, [scored_store]).to_dict() for _ in range(2))
    assert one == other


def test_what_cannot_be_evaluated_is_an_error(
    tmp_path: Path, labelled_store: Make, scored_store: Path, tiny_model: MRL
) -> None:
    with pytest.raises(ValueError, match="no 'split' says"):
        evaluate(tiny_model, [scored_store], part="test")
    empty = labelled_store(tmp_path / "empty", people=0, faceless=2)
    with pytest.raises(MissingDataError, match="no face track to evaluate"):
        evaluate(tiny_model, [empty])
    unlabelled = labelled_store(tmp_path / "unlabelled", people=1, known=())
    with pytest.raises(MissingDataError, match="no label"):
        evaluate(tiny_model, [unlabelled])
    with pytest.raises(StoreError, match="not a face store"):
        evaluate(tiny_model, [tmp_path])


def test_detectors_of_images_have_figures_of_frames(scored_store: Path, image_model: MRL) -> None:
    report = evaluate(image_model, [scored_store], clips=3)
    told = report.to_dict()
    assert told["clip"] is None
    assert told["frame"]["samples"] == 30
    assert report.frame == report.clip
    assert report.lines()[0].startswith("30 frames (15 real, 15 fake): AUC")


def test_detectors_of_clips_have_none(scored_store: Path, tiny_model: MRL) -> None:
    report = evaluate(tiny_model, [scored_store])
    assert report.frame is None
    assert report.to_dict()["frame"] is None


def test_frames_without_a_face_are_counted(
    tmp_path: Path, scored_store: Path, tiny_model: MRL
) -> None:
    manifest = scored_store / "manifest.parquet"
    table = pq.read_table(manifest)
    counts = {"source_frames": 20, "source_faceless": 3}
    for name, count in counts.items():
        place = table.column_names.index(name)
        table = table.set_column(place, name, pa.array([count] * len(table), pa.int32()))
    root = tmp_path / "store"
    shutil.copytree(scored_store, root)
    pq.write_table(table, root / "manifest.parquet")
    report = evaluate(tiny_model, [root])
    # Five people with a face and one without, two files each.
    assert (report.frames_looked_at, report.frames_without_face) == (240, 36)
    assert report.to_dict()["frames"] == {"looked_at": 240, "without_face": 36}
    assert "240 frames looked at, 36 without a face" in report.lines()


def test_the_confident_mean_is_a_choice(scored_store: Path, tiny_model: MRL) -> None:
    report = evaluate(tiny_model, [scored_store], clips=2, how="confident")
    rows = score_clips(
        tiny_model, ClipDataset(_tracks(scored_store), tiny_model.input_spec, clips=2)
    )
    assert [v.score for v in report.videos] == [v.score for v in video_scores(rows, "confident")]


def test_qualities_of_one_video_are_two_videos(
    tmp_path: Path, scored_store: Path, tiny_model: MRL
) -> None:
    labels = tmp_path / "labels.csv"
    lines = [f"{kind}/{n}.mp4,{kind},v,c{n}" for kind in ("real", "fake") for n in range(5)]
    labels.write_text("file,label,video,quality\n" + "\n".join(lines) + "\n")
    report = evaluate(tiny_model, [scored_store], labels=labels, how="max")
    assert len(report.videos) == 10
    assert [video.quality for video in report.videos if video.label] == [f"c{n}" for n in range(5)]


def _tracks(store: Path) -> pa.Table:
    table = track_table([store])
    return table.filter(table.column("track_id").is_valid())

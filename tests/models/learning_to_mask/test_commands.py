"""The whole way on the command line: train, evaluate, detect, graph."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from graphforensics.cli.main import main
from graphforensics.models import LearningToMask, load_detector
from graphforensics.train.recipes.recipe import read_recipe, recipe_path

TINY = [
    *("train", "--model=learning_to_mask", "--encoder=resnet10t", "--batch-size=4", "--workers=0"),
    *("--set=encoder_stage=2", "--set=blocks=1", "--set=heads=2", "--set=hidden_channels=16"),
    *("--set=size=32", "--fractions", "0.5", "0.25", "0.25", "--accelerator=cpu"),
    *("--optimizer=sgd", "--momentum=0.9", "--lr=0.01", "--decay-every=1", "--decay=0.9"),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, labelled_store: Callable[..., Path]) -> Path:
    return labelled_store(tmp_path_factory.mktemp("masking") / "store", people=8)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, store: Path) -> Path:
    run = tmp_path_factory.mktemp("masking") / "run"
    assert main([*TINY, f"--data={store}", f"--out={run}", "--epochs=2"]) == 0
    return run


def test_training_records_every_part_of_the_loss(trained: Path) -> None:
    with open(trained / "metrics.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    for part in ("loss", "student", "teacher", "token", "diversity"):
        assert all(float(row[f"train_{part}"]) == float(row[f"train_{part}"]) for row in rows)
    assert all(float(row["val_loss"]) == float(row["val_student"]) for row in rows)


def test_a_run_that_goes_on_ends_like_one_that_was_not_stopped(
    trained: Path, store: Path, tmp_path: Path
) -> None:
    words = [*TINY, f"--data={store}", f"--out={tmp_path / 'run'}"]
    assert main([*words, "--epochs=1"]) == 0
    assert main([*words, "--epochs=2", "--resume"]) == 0
    states = [load_detector(run / "last.ckpt").state_dict() for run in (trained, tmp_path / "run")]
    assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())


def test_evaluation_with_and_without_the_teacher_is_the_same(
    trained: Path, store: Path, tmp_path: Path
) -> None:
    student = load_detector(trained / "best").without_teacher()
    student.save_pretrained(tmp_path / "student")
    figures = {}
    for model in (trained / "best", tmp_path / "student"):
        out = tmp_path / f"{model.name}.json"
        words = ["evaluate", f"--model={model}", f"--data={store}", f"--json={out}"]
        assert main([*words, "--split=none"]) == 0
        figures[model.name] = json.loads(out.read_text())["video"]
    assert figures["best"] == figures["student"]


def test_the_graph_of_a_clip_has_the_teachers_attention(
    trained: Path, astronaut_clip: Path, tmp_path: Path
) -> None:
    words = ["graph", str(astronaut_clip), f"--model={trained / 'best'}"]
    assert main([*words, f"--out={tmp_path / 'g.json'}"]) == 0
    graph = json.loads((tmp_path / "g.json").read_text())
    nodes = graph["nodes"]
    assert len(nodes) == 16
    assert 0.5 < sum(node["class_attention"] for node in nodes) < 1
    assert sum(not node["place_kept"] for node in nodes) == 4
    detect = ["detect", str(astronaut_clip), f"--model={trained / 'best'}"]
    assert main([*detect, f"--json={tmp_path / 'd.json'}"]) == 0
    assert 0 < json.loads((tmp_path / "d.json").read_text())["probability"] < 1


def test_a_student_alone_is_drawn_and_not_trained_on(
    trained: Path,
    store: Path,
    astronaut_clip: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = tmp_path / "student"
    load_detector(trained / "best").without_teacher().save_pretrained(model)
    words = ["graph", str(astronaut_clip), f"--model={model}", f"--out={tmp_path / 'g.png'}"]
    assert main(words) == 0
    capsys.readouterr()
    on = [*TINY[2:], f"--model={model}", f"--data={store}", f"--out={tmp_path / 'run'}"]
    on = [word for word in on if not word.startswith(("--set", "--encoder"))]
    assert main(["train", *on, "--epochs=1"]) == 2
    assert "'strategy' 'high' needs the teacher" in capsys.readouterr().err


def test_the_recipes_are_the_papers_and_a_small_one() -> None:
    paper = read_recipe("learning_to_mask")
    known = {name: paper[name] for name in ("optimizer", "lr", "momentum", "decay", "decay_every")}
    assert known == {
        "optimizer": "sgd", "lr": 0.01, "momentum": 0.9, "decay": 0.9, "decay_every": 1
    }  # fmt: skip
    assert (paper["batch_size"], paper["set"]) == (32, {})
    small = LearningToMask(**read_recipe("learning_to_mask_small")["set"])
    assert (small.teacher.height, small.teacher.width) == (7, 7)
    for name in ("learning_to_mask", "learning_to_mask_small"):
        assert recipe_path(name).is_file()

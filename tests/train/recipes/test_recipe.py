"""Recipes: read, written, and every committed one good for both command lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from graphforensics.errors import MissingDataError
from graphforensics.models import DETECTORS, MRL, DeepfakeMAE
from graphforensics.train import DetectionTask, TrainingOptions, task_class
from graphforensics.train.config.parts import build_part
from graphforensics.train.recipes.recipe import read_recipe, recipe_names, recipe_path, write_recipe
from graphforensics.train.tasks.deepfake_mae_map_task import DeepfakeMAEMapTask
from graphforensics.train.tasks.registry import stage_of
from graphforensics.train.train_detector import build_task

#: What the papers say, from which the recipes of their names may not stray.
PAPERS: dict[str, dict[str, Any]] = {
    "mrl": {"optimizer": "adam", "lr": 1e-4, "decay_every": 5, "epochs": 30, "batch_size": 30},
    "lrl": {
        "optimizer": "adam",
        "lr": 2e-4,
        "betas": (0.9, 0.999),
        "weight_decay": 1e-5,
        "decay_every": 10,
        "epochs": 50,
        "batch_size": 32,
    },
    "deepfake_mae_pretrain": {
        "optimizer": "adamw",
        "lr": 1.5e-4,
        "betas": (0.9, 0.95),
        "weight_decay": 0.05,
        "batch_size": 8,
        "set": {"frames": 1},
    },
    "deepfake_mae_finetune": {"optimizer": "adamw", "lr": 1e-3, "set": {"frames": 5}},
    "deepfake_mae_map": {
        "optimizer": "sgd",
        "lr": 0.1,
        "momentum": 0.9,
        "weight_decay": 5e-4,
        "set": {"frames": 5},
    },
    "learning_to_mask": {
        "optimizer": "sgd",
        "lr": 1e-2,
        "momentum": 0.9,
        "decay_every": 1,
        "decay": 0.9,
        "batch_size": 32,
    },
}


@pytest.mark.parametrize("name", sorted(PAPERS))
def test_paper_recipes_are_the_paper_s(name: str) -> None:
    found = read_recipe(name)
    wanted = {"set": {}, "decay": 0.5, **PAPERS[name]}
    assert {key: found[key] for key in wanted} == wanted
    assert found["model"]
    assert name.startswith(found["model"])


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_builds_its_task(name: str) -> None:
    found = read_recipe(name)
    stage = stage_of(found["model"], found["task"])
    assert task_class(found["model"], stage) is found["task"]
    if found["task"].labels == "real":
        assert found["faces"] == "real"
    small = "small" in name
    if not small:
        # The networks of the papers are large: their keywords are looked at, no more.
        assert set(found["set"]) <= set(DETECTORS[found["model"]].__init__.__annotations__)
        return
    options = build_part(TrainingOptions, found)
    assert options.precision == "auto"
    model = DETECTORS[found["model"]](**found["set"])
    task = build_task(model, options, stage, found["task_set"])
    assert task.learning_rate == found["lr"]


def test_what_is_written_is_read_again() -> None:
    settings: dict[str, Any] = {
        "task": DetectionTask,
        "model": MRL,
        "set": {"encoder_options": {"in_chans": 3}, "regions": 5},
        "task_set": {"inner": {"a": 1}},
        "lr": 0.001,
        "betas": (0.8, 0.9),
        "fractions": (0.5, 0.25, 0.25),
        "data": ["a", "b"],
        "max_time": None,
        "logger": None,
    }
    document = yaml.safe_load(write_recipe(settings))
    assert document["model"]["init_args"]["model"]["init_args"] == settings["set"]
    assert document["data"]["stores"] == ["a", "b"]


def test_a_written_recipe_round_trips(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"task": DeepfakeMAEMapTask, "model": DeepfakeMAE}
    settings |= {"set": {"frames": 5}, "task_set": {"inner_steps": 2}}
    settings |= {"lr": 0.001, "precision": "32", "out": "run"}
    file = tmp_path / "recipe.yaml"
    file.write_text(write_recipe(settings))
    found = read_recipe(file)
    wanted = {**settings, "model": "deepfake_mae", "logger_set": {}, "seed": 0}
    assert found == wanted
    assert recipe_path("mrl").name == "mrl.yaml"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- 1", "not a recipe"),
        ("a: [", "cannot be read as a recipe"),
        ("trainer: {max_epoch: 3}", "'trainer.max_epoch' is not known"),
        ("model: {class_path: graphforensics.train.Nobody}", "there is no class"),
        ("model: {init_args: {model: {class_path: 3}}}", "there is no class"),
        ("colour: red", "'colour' is not known"),
        ("model: {class_path: graphforensics.train.stages}", "is no class"),
    ],
)
def test_bad_recipes_are_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(MissingDataError, match=told) as error:
        read_recipe(file)
    assert str(file) in str(error.value)


def test_an_unknown_recipe_names_the_known_ones() -> None:
    with pytest.raises(MissingDataError, match=r"no such recipe \(there are .*mrl_small"):
        read_recipe("mlr")

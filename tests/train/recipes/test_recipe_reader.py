"""Every mistake of a recipe is told with its place, and the word that was meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from graphforensics.cli.main import main
from graphforensics.errors import MissingDataError
from graphforensics.train.config.constructor_keywords import keywords_of
from graphforensics.train.config.parts import PLACES
from graphforensics.train.config.recipe_places import put
from graphforensics.train.recipes.recipe import read_recipe, recipe_problems
from graphforensics.train.recipes.recipe_reader import RecipeReader
from graphforensics.train.tasks.deepfake_mae_map_task import DeepfakeMAEMapTask

TASK = "graphforensics.train.tasks.deepfake_mae_map_task.DeepfakeMAEMapTask"


def _recipe(place: str = "", value: Any = None, **model: Any) -> dict[str, Any]:
    detector = {"class_path": "graphforensics.models.DeepfakeMAE", "init_args": model}
    document: dict[str, Any] = {"model": {"class_path": TASK, "init_args": {"model": detector}}}
    if place:
        put(document, place, value)
    return document


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("trainer.max_epoch", 3, "did you mean 'trainer.max_epochs'?"),
        ("trainer.learning_rate", 3, "did you mean 'model.init_args.learning_rate'?"),
        ("trainer.limit_train_batches", 3, "lightning_cli fit' takes it"),
        ("model.init_args.optimizer", "addam", "did you mean 'adam'?"),
        ("model.init_args.weight_decay", [1], "must be a number (got [1])"),
        ("model.init_args.inner_step", 3, "did you mean 'model.init_args.inner_steps'?"),
        ("model.init_args.inner_steps", "many", "must be a whole number (got 'many')"),
        ("model.init_args.learning_rate", -1, "must be positive (got -1.0)"),
        ("model.init_args.momentum", 0.9, "must be 0 with adam"),
        ("model.init_args.model.init_args.frame", 3, "did you mean '{}frames'?"),
        ("model.init_args.model.init_args.frames", 1.5, "must be a whole number (got 1.5)"),
        ("model.init_args.model.init_args.encoder", "bas", "did you mean 'base'?"),
        ("data.stores", "faces", "must be a list or null (got 'faces')"),
        ("data.pairs", 1, "must be true or false (got 1)"),
        ("data.batch_size", 0, "'batch_size' must be positive"),
        ("trainer.sync_batchnorm", "yes", "must be true or false (got 'yes')"),
        ("ema", 2, "must be in (0, 1)"),
        ("trainer", 3, "must hold names and values (got 3)"),
        ("colour", "red", "is not known"),
    ],
)
def test_a_mistake_is_told_with_its_place(place: str, value: Any, told: str) -> None:
    reader = RecipeReader()
    reader.read(_recipe(place, value))
    (problem,) = reader.problems
    assert problem.strip("'").startswith(place)
    assert told.format(place.removesuffix("frame")) in problem


def test_all_mistakes_are_found_at_once(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("trainer: {max_epoch: 3}\ndata: {pair: true}\nem: 1\n")
    assert len(recipe_problems(file)) == 3
    with pytest.raises(MissingDataError, match=r"'trainer.max_epoch' .* \(2 more: 'graphforensics"):
        read_recipe(file)


def test_every_number_may_have_an_exponent_without_a_point(tmp_path: Path) -> None:
    """Of YAML 1.1 1e-4 is text; the shortest way to write a step size must not matter."""
    file = tmp_path / "numbers.yaml"
    told = []
    for place, one in PLACES.items():
        if one.hint in (float, float | None):
            told.append((place, one.word))
            document = _recipe(place, 12345)
            put(document, "model.init_args.optimizer", "sgd")
            file.write_text(yaml.safe_dump(document).replace("12345", "1e-4"))
            assert read_recipe(file)[one.word] == 1e-4, place
    assert len(told) == 8
    hints = keywords_of(DeepfakeMAEMapTask).hints
    for word in ("inner_learning_rate", "test_share"):
        assert hints[word] is float
        text = yaml.safe_dump(_recipe(f"model.init_args.{word}", 12345)).replace("12345", "1e-4")
        file.write_text(text)
        assert read_recipe(file)["task_set"] == {word: 1e-4}
    file.write_text(yaml.safe_dump(_recipe(mask_ratio=12345)).replace("12345", "'1e-4'"))
    assert read_recipe(file)["set"] == {"mask_ratio": 1e-4}


@pytest.mark.parametrize(
    ("keywords", "told"),
    [
        ({"regions": 0}, "model.init_args.model.init_args.regions: 'regions' must be positive"),
        ({"encoder": "resnet19"}, "model.init_args.model.init_args"),
    ],
)
def test_a_check_asks_the_detector_too(tmp_path: Path, keywords: dict[str, Any], told: str) -> None:
    model = {"class_path": "graphforensics.models.MRL", "init_args": keywords}
    file = tmp_path / "recipe.yaml"
    file.write_text(yaml.safe_dump({"model": {"init_args": {"model": model}}}))
    (problem,) = recipe_problems(file)
    assert problem.startswith(told)


def test_classes_must_be_what_they_stand_for() -> None:
    for path, value, told in (
        ("model.class_path", "graphforensics.models.MRL", "is no task"),
        ("model.class_path", "graphforensics.train.tasks.aunet_task.AUNetTask", "must train deepf"),
        ("model.init_args.model.class_path", TASK, "is no detector"),
        ("model.init_args.model.class_path", "graphforensics.models.Mrl", "did you mean 'MRL'?"),
    ):
        reader = RecipeReader()
        reader.read(_recipe(path, value))
        assert told in reader.problems[0]


def test_what_is_given_beside_a_recipe_may_complete_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Momentum needs SGD, which the command line may bring; by itself the recipe is wrong."""
    file = tmp_path / "momentum.yaml"
    file.write_text("model: {init_args: {momentum: 0.9}}\ndata: {balance: true}\n")
    assert read_recipe(file)["momentum"] == 0.9
    (problem,) = recipe_problems(file)
    assert problem.startswith("model.init_args.momentum: 'momentum' must be 0 with adam")
    assert main(["train", f"--config={file}", "--print-config", "--optimizer=sgd"]) == 0
    words = ["train", f"--config={file}", "--data=none", "--out=none"]
    assert main(words) == 2
    assert "'momentum' must be 0 with adam" in capsys.readouterr().err
    assert main([*words, "--optimizer=sgd", "--encoder=resnet10t", "--pairs"]) == 2
    assert "'balance' must be false with 'pairs'" in capsys.readouterr().err

"""What a call of ``graphforensics train`` is to do: its words, a recipe and the defaults joined."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from graphforensics.cli.train_options import DEFAULTS

#: Options that are given as many ``key=value``.
_DICTIONARIES = ("set", "task_set", "logger_set")


def train_settings(args: argparse.Namespace) -> argparse.Namespace:
    """Join what is given, what the recipe says, and the defaults, in this order of weight.

    Args:
        args: The words of the command line; what is not given is missing.

    Raises:
        MissingDataError: The recipe is missing or wrong.
        ValueError: The recipe is of another detector or stage than the one asked for, or nothing
            says where the data are and where the run goes.
    """
    given = {name: value for name, value in vars(args).items() if name != "config"}
    for name in _DICTIONARIES:
        if name in given:
            given[name] = dict(given[name])
    recipe = _recipe(args.config, given) if "config" in args else {}
    joined = {**DEFAULTS, **recipe, **given}
    for name in _DICTIONARIES:
        joined[name] = {**recipe.get(name, {}), **given.get(name, {})}
    if not getattr(args, "print_config", False):
        _require(joined)
    joined["start_named"] = "model" in given or "model" in recipe
    return argparse.Namespace(**joined)


def _recipe(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Read the recipe, and have a trained detector named beside it be where it starts from."""
    from graphforensics.models.registry import DETECTORS
    from graphforensics.train.recipes.recipe import read_recipe
    from graphforensics.train.tasks.registry import stage_of

    recipe = read_recipe(name, given.get("trust", ()))
    asked = given.get("model")
    trained = asked is not None and asked not in DETECTORS and Path(asked).exists()
    kind = asked if asked is not None and asked in DETECTORS else None
    if "model" in recipe and kind is not None and kind != recipe["model"]:
        raise ValueError(
            f"'--model {asked}': the recipe {name} is of {recipe['model']}, whose settings hold "
            f"for no other detector; {_others(kind)}"
        )
    if "model" in recipe and trained:
        # The recipe says what it is and how it goes on; the weights come from there.
        given["start_from"] = given.pop("model")
    if "task" in recipe:
        model = kind or recipe.get("model", DEFAULTS["model"])
        recipe["stage"] = stage_of(model, recipe.pop("task"))
        if given.get("stage", recipe["stage"]) != recipe["stage"]:
            raise ValueError(
                f"'--stage {given['stage']}': the recipe {name} is of the stage "
                f"{recipe['stage']}, whose settings hold for no other"
            )
    return recipe


def _others(detector: str) -> str:
    from graphforensics.train.recipes.recipe import read_recipe, recipe_names

    names = [name for name in recipe_names() if read_recipe(name)["model"] == detector]
    return f"of {detector} there are {', '.join(names)}" if names else "leave --config out"


def _require(joined: dict[str, Any]) -> None:
    missing = [f"--{name}" for name in ("data", "out") if not joined[name]]
    if missing:
        raise ValueError(f"{' and '.join(missing)} must be given, here or in the recipe")

"""Recipes: the settings of a run as YAML, in the form of Lightning's command line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from graphforensics._plugins import load_plugin, plugin_module, plugin_names, plugin_package
from graphforensics.errors import MissingDataError, PluginError
from graphforensics.train.config.class_path import class_at, path_of
from graphforensics.train.config.parts import SETTINGS
from graphforensics.train.config.recipe_places import (
    DETECTOR,
    LOGGER,
    LOGGER_SET,
    SET,
    TASK,
    TASK_SET,
    put,
)
from graphforensics.train.config.yaml_text import read_yaml
from graphforensics.train.recipes.recipe_reader import RecipeReader

__all__ = ["class_at", "read_recipe", "recipe_names", "recipe_path", "write_recipe"]


def recipe_names() -> tuple[str, ...]:
    """Name the recipes that come along, then those of plugins."""
    folder = files("graphforensics.train") / "recipes"
    found = [Path(entry.name) for entry in folder.iterdir()]
    own = sorted(path.stem for path in found if path.suffix == ".yaml")
    return tuple(dict.fromkeys((*own, *plugin_names("recipe"))))


def recipe_path(recipe: str | Path) -> Path:
    """Find a recipe by the name of one that comes along, or a file.

    Raises:
        MissingDataError: There is no such name and no such file.
    """
    own = Path(str(files("graphforensics.train") / "recipes" / f"{recipe}.yaml"))
    if str(recipe) in recipe_names():
        return own if own.is_file() else _of_plugin(str(recipe))
    if not Path(recipe).is_file():
        raise MissingDataError(
            f"{recipe}: no such file, and no such recipe (there are {', '.join(recipe_names())})"
        )
    return Path(recipe)


def _of_plugin(name: str) -> Path:
    place = load_plugin("recipe", name)
    if not isinstance(place, (str, os.PathLike)) or not Path(place).is_file():
        package = plugin_package("recipe", name)
        raise PluginError(f"the recipe {name!r} of the package {package!r} is no file ({place!r})")
    return Path(place)


def _trusting(recipe: str | Path, trusted: Iterable[str]) -> tuple[str, ...]:
    """Add the package that brings a recipe to those whose classes it may name."""
    own = recipe_path(recipe).parent == Path(str(files("graphforensics.train") / "recipes"))
    plugin = not own and str(recipe) in plugin_names("recipe")
    return (*trusted, *((plugin_module("recipe", str(recipe)),) if plugin else ()))


def read_recipe(recipe: str | Path, trusted: Iterable[str] = ()) -> dict[str, Any]:
    """Read a recipe into the settings of ``graphforensics train``.

    Args:
        recipe: A name of :func:`recipe_names`, or a YAML file.
        trusted: Modules that it may name classes of, besides this library's and Lightning's.

    Returns:
        What it says, by the names of the command's options; ``"set"``, ``"task_set"`` and
        ``"logger_set"`` are dictionaries, ``"task"`` is a class.

    Raises:
        MissingDataError: It cannot be read, is no YAML, says what is not known, or a value is of
            the wrong type or out of range; the place of the first mistake is named.

    Example:
        >>> settings = read_recipe("mrl")
        >>> settings["model"], settings["lr"]
        ('mrl', 0.0001)
    """
    path = recipe_path(recipe)
    reader = RecipeReader(_trusting(recipe, trusted), whole=False)
    settings = reader.read(read_yaml(path))
    if reader.problems:
        more = len(reader.problems) - 1
        told = (
            f" ({more} more: 'graphforensics recipe check {path}' tells them all)" if more else ""
        )
        raise MissingDataError(f"{path}: {reader.problems[0]}{told}")
    return settings


def recipe_problems(recipe: str | Path, trusted: Iterable[str] = ()) -> list[str]:
    """Return all that is wrong with what a recipe says, each mistake with its place.

    Args:
        recipe: As in :func:`read_recipe`.
        trusted: As in :func:`read_recipe`.

    Raises:
        MissingDataError: It cannot be read, or is no YAML.
    """
    from graphforensics.train.config.detector_check import detector_problems

    reader = RecipeReader(_trusting(recipe, trusted))
    settings = reader.read(read_yaml(recipe_path(recipe)))
    if reader.problems or "model" not in settings:
        return reader.problems
    return detector_problems(settings["model"], settings["set"])


def write_recipe(settings: Mapping[str, Any]) -> str:
    """Write settings as a recipe.

    Args:
        settings: As :func:`read_recipe` returns them, with ``"task"``, a class, ``"model"``, the
            class of the detector, and ``"logger"``, the class of the logger or ``None``.

    Example:
        >>> from graphforensics.models import MRL
        >>> from graphforensics.train import DetectionTask
        >>> print(write_recipe({"task": DetectionTask, "model": MRL, "set": {"regions": 8}}))
        seed_everything: 0
        trainer: {}
        model:
          class_path: graphforensics.train.DetectionTask
          init_args:
            model:
              class_path: graphforensics.models.MRL
              init_args:
                regions: 8
        <BLANKLINE>
    """
    document: dict[str, Any] = {"seed_everything": 0, "trainer": {}, "model": {}}
    put(document, TASK, path_of(settings["task"]))
    put(document, DETECTOR, path_of(settings["model"]))
    put(document, SET.rstrip("."), dict(settings.get("set", {})))
    for name, value in settings.get("task_set", {}).items():
        put(document, TASK_SET + name, value)
    for one in SETTINGS:
        # Going on with a run is said of one call, not of all that are made from the recipe.
        if one.word in settings and one.word != "resume":
            put(document, one.place, settings[one.word])
    if settings.get("logger") is not None:
        put(document, LOGGER, path_of(settings["logger"]))
        put(document, LOGGER_SET.rstrip("."), dict(settings.get("logger_set", {})))
    elif "logger" in settings:
        put(document, "trainer.logger", False)
    text: str = yaml.safe_dump(_plain(document), sort_keys=False)
    return text


def _plain(value: Any) -> Any:
    """Turn tuples into lists, which YAML has."""
    if isinstance(value, dict):
        return {str(name): _plain(entry) for name, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value

"""Recipes: the settings of a run as YAML, in the form of Lightning's command line."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from graphforensics.errors import MissingDataError

#: Place in a recipe -> what ``graphforensics train`` calls it.
_PLACES = {
    "seed_everything": "seed",
    "trainer.max_epochs": "epochs",
    "trainer.precision": "precision",
    "trainer.accumulate_grad_batches": "accumulate",
    "trainer.gradient_clip_val": "clip_gradients",
    "trainer.accelerator": "accelerator",
    "trainer.devices": "devices",
    "trainer.num_nodes": "nodes",
    "trainer.strategy": "strategy",
    "trainer.sync_batchnorm": "sync_batchnorm",
    "model.init_args.learning_rate": "lr",
    "model.init_args.decay_every": "decay_every",
    "model.init_args.decay": "decay",
    "model.init_args.optimizer": "optimizer",
    "model.init_args.momentum": "momentum",
    "model.init_args.betas": "betas",
    "model.init_args.weight_decay": "weight_decay",
    "model.init_args.pseudo_fakes": "pseudo_fakes",
    "data.stores": "data",
    "data.labels": "labels",
    "data.split": "split",
    "data.fractions": "fractions",
    "data.manipulations": "manipulations",
    "data.batch_size": "batch_size",
    "data.pairs": "pairs",
    "data.faces": "faces",
    "data.balance": "balance",
    "data.clips": "clips",
    "data.workers": "workers",
    "out": "out",
    "ema": "ema",
    "compile": "compile",
    "max_time": "max_time",
    "start_from": "start_from",
    "encoder_from": "encoder_from",
}
_TASK, _TASK_SET = "model.class_path", "model.init_args."
_DETECTOR, _SET = "model.init_args.model.class_path", "model.init_args.model.init_args."
_LOGGER, _LOGGER_SET = "trainer.logger.class_path", "trainer.logger.init_args."
#: Places that hold others; a dictionary anywhere else is a value.
_SECTIONS = (
    "trainer",
    "trainer.logger",
    _LOGGER_SET.rstrip("."),
    "model",
    _TASK_SET.rstrip("."),
    _DETECTOR.rpartition(".")[0],
    _SET.rstrip("."),
    "data",
)


def recipe_names() -> tuple[str, ...]:
    """Name the recipes that come along."""
    folder = files("graphforensics.train") / "recipes"
    found = [Path(entry.name) for entry in folder.iterdir()]
    return tuple(sorted(path.stem for path in found if path.suffix == ".yaml"))


def recipe_path(recipe: str | Path) -> Path:
    """Find a recipe by the name of one that comes along, or a file.

    Raises:
        MissingDataError: There is no such name and no such file.
    """
    if str(recipe) in recipe_names():
        return Path(str(files("graphforensics.train") / "recipes" / f"{recipe}.yaml"))
    if not Path(recipe).is_file():
        raise MissingDataError(
            f"{recipe}: no such file, and no such recipe (there are {', '.join(recipe_names())})"
        )
    return Path(recipe)


def read_recipe(recipe: str | Path) -> dict[str, Any]:
    """Read a recipe into the settings of ``graphforensics train``.

    Args:
        recipe: A name of :func:`recipe_names`, or a YAML file.

    Returns:
        What it says, by the names of the command's options; ``"set"``, ``"task_set"`` and
        ``"logger_set"`` are dictionaries, ``"task"`` is a class.

    Raises:
        MissingDataError: It cannot be read, is no YAML, or says what is not known.

    Example:
        >>> settings = read_recipe("mrl")
        >>> settings["model"], settings["lr"]
        ('mrl', 0.0001)
    """
    path = recipe_path(recipe)
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise MissingDataError(f"{path}: cannot be read as a recipe ({reason})") from error
    if not isinstance(document, dict):
        raise MissingDataError(f"{path}: not a recipe, which has names and values")
    settings: dict[str, Any] = {"set": {}, "task_set": {}, "logger_set": {}}
    for place, value in _flat(document):
        _take(settings, place, value, path)
    return settings


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
          class_path: graphforensics.train.tasks.detection_task.DetectionTask
          init_args:
            model:
              class_path: graphforensics.models.mrl.MRL
              init_args:
                regions: 8
        <BLANKLINE>
    """
    document: dict[str, Any] = {"seed_everything": 0, "trainer": {}, "model": {}}
    _put(document, _TASK, _path_of(settings["task"]))
    _put(document, _DETECTOR, _path_of(settings["model"]))
    _put(document, _SET.rstrip("."), dict(settings.get("set", {})))
    for name, value in settings.get("task_set", {}).items():
        _put(document, _TASK_SET + name, value)
    for place, name in _PLACES.items():
        if name in settings:
            _put(document, place, settings[name])
    if settings.get("logger") is not None:
        _put(document, _LOGGER, _path_of(settings["logger"]))
        _put(document, _LOGGER_SET.rstrip("."), dict(settings.get("logger_set", {})))
    elif "logger" in settings:
        _put(document, "trainer.logger", False)
    text: str = yaml.safe_dump(_plain(document), sort_keys=False)
    return text


def class_at(path: object, place: str) -> type[Any]:
    """Import the class that a dotted path names.

    Args:
        path: Such as ``"graphforensics.models.MRL"``.
        place: Where the path stands, for the error.

    Raises:
        MissingDataError: There is no such class.
    """
    module, _, name = str(path).rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise MissingDataError(f"{place}: there is no class {path!r} ({error})") from error
    if not isinstance(found, type):
        raise MissingDataError(f"{place}: {path!r} is no class")
    return found


def _flat(document: Mapping[Any, Any], start: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        place = f"{start}{name}"
        if place in _SECTIONS and isinstance(value, dict):
            yield from _flat(value, f"{place}.")
        else:
            yield place, value


def _take(settings: dict[str, Any], place: str, value: Any, path: Path) -> None:
    if place in _PLACES:
        settings[_PLACES[place]] = str(value) if place == "trainer.precision" else value
    elif place == _TASK:
        settings["task"] = class_at(value, f"{path}, {place}")
    elif place == _DETECTOR:
        settings["model"] = class_at(value, f"{path}, {place}").name
    elif place == _LOGGER:
        settings["logger"] = str(value)
    elif place == "trainer.logger" and value in (False, None):
        settings["logger"] = None
    elif place.startswith(_SET):
        settings["set"][place.removeprefix(_SET)] = value
    elif place.startswith(_LOGGER_SET):
        settings["logger_set"][place.removeprefix(_LOGGER_SET)] = value
    elif place.startswith(_TASK_SET) and place not in _SECTIONS:
        settings["task_set"][place.removeprefix(_TASK_SET)] = value
    else:
        raise MissingDataError(f"{path}: {place!r} is not known to 'graphforensics train'")


def _put(document: dict[str, Any], place: str, value: Any) -> None:
    *outer, last = place.split(".")
    for name in outer:
        document = document.setdefault(name, {})
    document[last] = value


def _path_of(kind: type[Any]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _plain(value: Any) -> Any:
    """Turn tuples into lists, which YAML has."""
    if isinstance(value, dict):
        return {str(name): _plain(entry) for name, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value

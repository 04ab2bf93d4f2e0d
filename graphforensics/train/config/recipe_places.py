"""The places of a recipe that hold classes and their keywords."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

TASK, TASK_SET = "model.class_path", "model.init_args."
DETECTOR, SET = "model.init_args.model.class_path", "model.init_args.model.init_args."
LOGGER, LOGGER_SET = "trainer.logger.class_path", "trainer.logger.init_args."

#: Places that hold others; a dictionary anywhere else is a value.
SECTIONS = (
    "trainer",
    "trainer.logger",
    LOGGER_SET.rstrip("."),
    "model",
    TASK_SET.rstrip("."),
    DETECTOR.rpartition(".")[0],
    SET.rstrip("."),
    "data",
)


def flat(document: Mapping[Any, Any], start: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted place and the value of all that a recipe says.

    Args:
        document: The recipe, or a section of it.
        start: The section's place with a dot at its end.

    Example:
        >>> list(flat({"trainer": {"max_epochs": 3}, "out": "run"}))
        [('trainer.max_epochs', 3), ('out', 'run')]
    """
    for name, value in document.items():
        place = f"{start}{name}"
        if place in SECTIONS and isinstance(value, Mapping):
            yield from flat(value, f"{place}.")
        else:
            yield place, value


def put(document: dict[str, Any], place: str, value: Any) -> None:
    """Write a value into a recipe at its dotted place."""
    *outer, last = place.split(".")
    for name in outer:
        document = document.setdefault(name, {})
    document[last] = value

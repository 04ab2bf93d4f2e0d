"""All parts of a run's settings, and their settings by place and by word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from graphforensics.train.config.data_options import DataOptions
from graphforensics.train.config.loop_options import LoopOptions
from graphforensics.train.config.machine_options import MachineOptions
from graphforensics.train.config.part import Part
from graphforensics.train.config.run_options import RunOptions
from graphforensics.train.config.setting import Setting, settings_of
from graphforensics.train.config.task_options import TaskOptions

Kind = TypeVar("Kind", bound=Part)

PARTS: tuple[type[Part], ...] = (RunOptions, DataOptions, LoopOptions, TaskOptions, MachineOptions)

#: Every setting of every part.
SETTINGS: tuple[Setting, ...] = tuple(one for part in PARTS for one in settings_of(part))

#: Place in a recipe -> the setting that stands there.
PLACES: dict[str, Setting] = {one.place: one for one in SETTINGS}


def defaults() -> dict[str, Any]:
    """Return what holds where nothing is said, by the words of the command line."""
    return {one.word: one.default for one in SETTINGS}


def build_part(part: type[Kind], settings: Mapping[str, Any]) -> Kind:
    """Build a part from the settings of a command.

    Args:
        part: One of :data:`PARTS`, or a subclass of some.
        settings: Values by the words of the command line; what is missing has its default.

    Raises:
        ValueError: A value is out of range or of another type.
    """
    return part(**keywords_by_word(part, settings))


def keywords_by_word(part: type[Part], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Take a part's keywords out of the settings of a command.

    Args:
        part: As in :func:`build_part`.
        settings: As in :func:`build_part`.

    Example:
        >>> keywords_by_word(TaskOptions, {"lr": 0.1, "epochs": 3})
        {'learning_rate': 0.1}
    """
    words = {one.word: one.name for one in settings_of(part)}
    return {words[word]: value for word, value in settings.items() if word in words}

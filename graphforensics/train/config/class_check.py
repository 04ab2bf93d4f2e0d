"""A look at the classes that a recipe for Lightning's command line names, before it is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from graphforensics.errors import MissingDataError
from graphforensics.train.config.class_path import class_at
from graphforensics.train.config.constructor_keywords import keywords_of

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_CONFIGURATIONS = (".yaml", ".yml", ".json")


def class_problems(document: Mapping[Any, Any], trusted: Iterable[str] = ()) -> list[str]:
    """Return what a recipe would have imported, or read, that it may not.

    ``LightningCLI`` imports every module that a ``class_path`` names, takes a dotted path for
    a class or a function wherever its trainer's keywords allow one, and reads further files of
    settings in the place of some.

    Args:
        document: The recipe.
        trusted: Modules besides this library's and Lightning's.

    Example:
        >>> class_problems({"trainer": {"callbacks": [{"class_path": "antigravity.Fly"}]}})[0][:50]
        "trainer.callbacks.0.class_path: 'antigravity.Fly' "
    """
    return list(_problems(document, "", tuple(trusted)))


def _problems(value: Any, place: str, trusted: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _of_mapping(value, place, trusted)
    elif isinstance(value, list | tuple):
        for number, entry in enumerate(value):
            yield from _problems(entry, f"{place}.{number}", trusted)
    elif isinstance(value, str) and place.startswith("trainer."):
        yield from _of_text(value, place, trusted)


def _of_mapping(value: Mapping[Any, Any], place: str, trusted: tuple[str, ...]) -> Iterator[str]:
    owner = None
    if "class_path" in value:
        at = f"{place}.class_path".lstrip(".")
        try:
            # A bare name is looked for among the classes that are there already.
            if "." in str(value["class_path"]):
                owner = class_at(value["class_path"], at, trusted)
        except MissingDataError as error:
            yield str(error)
    for name, entry in value.items():
        at = f"{place}.{name}".lstrip(".")
        if name == "init_args" and isinstance(entry, Mapping):
            hints = {} if owner is None else keywords_of(owner).hints
            for word, given in entry.items():
                if not (isinstance(given, str) and _is_text(hints.get(word))):
                    yield from _problems(given, f"{at}.{word}", trusted)
        elif name != "class_path" and at != "trainer.default_root_dir":
            yield from _problems(entry, at, trusted)


def _of_text(value: str, place: str, trusted: tuple[str, ...]) -> Iterator[str]:
    if value.endswith(_CONFIGURATIONS) or "/" in value or "\\" in value or Path(value).is_file():
        yield f"{place}: {value!r} is a file, which a recipe cannot go on in"
    elif _DOTTED.fullmatch(value):
        try:
            class_at(value, place, trusted)
        except MissingDataError as error:
            yield str(error)


def _is_text(hint: Any) -> bool:
    return hint in (str, Path) or any(_is_text(one) for one in get_args(hint))

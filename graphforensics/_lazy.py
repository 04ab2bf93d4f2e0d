"""Packages whose public names are imported when they are first asked for (PEP 562)."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any


class _Package(ModuleType):
    """A package in which a public name wins over a submodule of the same name.

    The import system sets each submodule as an attribute of its package. Without this,
    ``from graphforensics.tamper import forge`` would give a function or a module, according to what
    had been imported before.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, ModuleType) and name in self.__dict__.get("_public", ()):
            return
        super().__setattr__(name, value)


def lazy_names(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make the ``__getattr__`` and the ``__dir__`` of a package.

    Args:
        package: The package's ``__name__``.
        modules: Module, relative to ``package`` or a full path that starts with
            ``graphforensics.`` -> the public names that are taken from it, separated by spaces.

    Returns:
        ``__getattr__``, which imports the module behind a name and keeps the name, and ``__dir__``.

    Example:
        >>> __getattr__, __dir__ = lazy_names("package", {"video": "video_scores"})
        >>> __dir__()
        ['video_scores']
    """
    places = {name: module for module, names in modules.items() for name in names.split()}
    here = sys.modules.get(package)
    if here is not None:
        here.__dict__["_public"] = frozenset(places)
        here.__class__ = _Package

    def __getattr__(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = places[name]
        path = module if module.startswith("graphforensics.") else f"{package}.{module}"
        value = getattr(importlib.import_module(path), name)
        sys.modules[package].__dict__[name] = value
        return value

    return __getattr__, lambda: sorted(places)


def moved(old: str, new: str) -> Callable[[str], Any]:
    """Make the ``__getattr__`` of a module that has moved; the first use of a name warns.

    Args:
        old: ``__name__`` of the module that is left behind.
        new: Full name of the module or package that holds its names now.

    Example:
        >>> forward = moved("graphforensics.train.aunet_task", "graphforensics.train.tasks")
        >>> forward("AUNetTask").__module__  # doctest: +SKIP
        'graphforensics.train.tasks.aunet_task'
    """

    def __getattr__(name: str) -> Any:
        if name.startswith("__") and name != "__all__":
            raise AttributeError(f"module {old!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(new), name)
        if name != "__all__":
            warnings.warn(f"{old} is now {new}: import {name} from there", FutureWarning, 2)
            sys.modules[old].__dict__[name] = value
        return value

    return __getattr__

"""What other packages add: entry points of the group ``graphforensics.plugins``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, TypeVar

from graphforensics.errors import PluginError

GROUP = "graphforensics.plugins"
#: What a plugin may be; its entry point is called ``detector.NAME`` and so on.
PluginKind = Literal["detector", "dataset", "family", "recipe"]

T = TypeVar("T")


def plugin_names(kind: PluginKind) -> tuple[str, ...]:
    """Name the installed plugins of a kind; none of them is imported.

    Args:
        kind: What they are.

    Example:
        >>> plugin_names("detector")  # doctest: +SKIP
        ('tiny',)
    """
    return tuple(_found(kind))


def load_plugin(kind: PluginKind, name: str) -> Any:
    """Import a plugin.

    Args:
        kind: What it is.
        name: One of :func:`plugin_names`.

    Raises:
        PluginError: It cannot be imported, or two packages bring one of that name; the message
            names the package.
        KeyError: There is none of that name.
    """
    entry, *others = _found(kind)[name]
    for other in others:
        if other.value != entry.value:
            raise PluginError(
                f"two packages bring a {kind} {name!r}: {_package(entry)} and {_package(other)}; "
                "uninstall one of them"
            )
    try:
        return entry.load()
    except Exception as error:
        raise PluginError(
            f"the {kind} {name!r} of the package {_package(entry)!r} cannot be imported from "
            f"{entry.value!r} ({type(error).__name__}: {error})"
        ) from error


def plugin_package(kind: PluginKind, name: str) -> str:
    """Return the name of the package that brings a plugin, for messages and help."""
    return _package(_found(kind)[name][0])


def plugin_module(kind: PluginKind, name: str) -> str:
    """Return the outermost module of the package that brings a plugin."""
    return _found(kind)[name][0].module.partition(".")[0]


class WithPlugins(Mapping[str, T]):
    """What the library has by name, followed by what plugins add; these are imported when used.

    A name of the library's own is never taken by a plugin.

    Args:
        kind: What they are.
        own: The library's.
        fits: Says what is wrong with a plugin of a name; nothing where it is right.
        module: Name of the module that has it.
    """

    def __init__(
        self,
        kind: PluginKind,
        own: Mapping[str, T],
        fits: Callable[[str, Any], str | None],
        module: str,
    ) -> None:
        self._kind, self._own, self._fits = kind, dict(own), fits
        # Where the reference describes it.
        self.__module__ = module

    def __getitem__(self, name: str) -> T:
        if name in self._own:
            return self._own[name]
        if name not in plugin_names(self._kind):
            raise KeyError(name)
        plugin: T = load_plugin(self._kind, name)
        wrong = self._fits(name, plugin)
        if wrong:
            package = plugin_package(self._kind, name)
            raise PluginError(f"the {self._kind} {name!r} of the package {package!r} {wrong}")
        return plugin

    def __contains__(self, name: object) -> bool:
        # The mapping's own would import the plugin.
        return name in self._own or name in plugin_names(self._kind)

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from (name for name in plugin_names(self._kind) if name not in self._own)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@cache
def _found(kind: PluginKind) -> dict[str, list[EntryPoint]]:
    found: dict[str, list[EntryPoint]] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        word, _, name = entry.name.partition(".")
        if word == kind and name:
            found.setdefault(name, []).append(entry)
    return found


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.module.partition(".")[0]

"""Pages of the reference, written from the packages' own lists of public names.

``conf.py`` calls :func:`write_pages` before each build. A name is described once, on the page of
the package that defines it; packages that hand it on link there.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

ROOT = "graphforensics"

#: Pages in the order of the index. A package below one of them, such as ``tamper.warp``, is a
#: section of its page.
PAGES = (
    *("data", "store", "media", "regions", "transforms", "nn", "nn.encoder", "nn.loss"),
    *("preprocess", "tamper", "datasets", "splits", "models", "train", "explain", "inference"),
    *("evaluation", "report", "visualization", "metrics", "errors"),
)

INTRODUCTION = """# Reference

Every public name, on the page of the package that defines it. Import names from the package, for
instance `from graphforensics.nn import MaskedEdgeDropout`; nothing heavy is loaded before a name
is used. The pages are written from the packages themselves when the documentation is built.
"""


@dataclass(frozen=True)
class Entry:
    """A public name and the place where it is described.

    Args:
        name: As it is imported.
        path: Full path under which it is described: its shortest public one on its page.
        page: One of :data:`PAGES`.
        module: The module that defines it.
    """

    name: str
    path: str
    page: str
    module: str

    @property
    def value(self) -> object:
        """The class, function or constant."""
        return getattr(importlib.import_module(self.module), self.name)


def public_packages() -> dict[str, list[str]]:
    """List every package that has public names -> these; packages that have moved are left out."""
    root = importlib.import_module(ROOT)
    found = {}
    for part in pkgutil.walk_packages(root.__path__, f"{ROOT}."):
        if part.ispkg:
            package = importlib.import_module(part.name)
            # A package that has moved has no list of its own, it asks the new place for it.
            if vars(package).get("__all__"):
                found[part.name] = sorted(package.__all__)
    errors = importlib.import_module(f"{ROOT}.errors")
    found[errors.__name__] = [
        name for name, value in vars(errors).items() if _is_defined_in(value, errors)
    ]
    return found


def _is_defined_in(value: object, module: ModuleType) -> bool:
    return inspect.isclass(value) and value.__module__ == module.__name__


def page_of(module: str) -> str:
    """Name the page on which what ``module`` defines is described.

    Raises:
        LookupError: No page of :data:`PAGES` covers it.
    """
    parts = module.split(".")[1:]
    for length in range(len(parts), 0, -1):
        page = ".".join(parts[:length])
        if page in PAGES:
            return page
    raise LookupError(f"{module} has public names and no page: add one to PAGES in {__file__}")


@functools.cache
def _imports(package: str) -> dict[str, str]:
    """Read from a package's source which module each of its names comes from."""
    tree = ast.parse(inspect.getsource(importlib.import_module(package)))
    return {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0
        for alias in node.names
    }


def defining_module(package: str, name: str) -> str:
    """Name the module that defines a public name; constants do not know it, the import does."""
    value = getattr(importlib.import_module(package), name)
    module = getattr(value, "__module__", None)
    if isinstance(module, str) and module.startswith(f"{ROOT}."):
        return module
    return _imports(package)[name]


def collect(packages: dict[str, list[str]]) -> dict[tuple[str, str], Entry]:
    """Decide for every name, as ``(package, name)``, where it is described."""
    places: dict[tuple[str, str], list[str]] = {}
    for package, names in packages.items():
        for name in names:
            places.setdefault((defining_module(package, name), name), []).append(package)
    entries = {}
    for (module, name), exporters in places.items():
        page = page_of(module)
        own = [package for package in exporters if page_of(package) == page]
        path = f"{min(own, key=len) if own else module}.{name}"
        for package in exporters:
            entries[package, name] = Entry(name, path, page, module)
    return entries


def first_sentence(text: str) -> str:
    """Cut the first sentence out of a docstring."""
    paragraph = " ".join(text.strip().split("\n\n")[0].split())
    return re.split(r"(?<=[.:]) (?=[A-Z`*(])", paragraph)[0].rstrip(":")


def comment_above(module: str, name: str) -> str:
    """Read the ``#:`` lines above a constant."""
    lines = inspect.getsource(importlib.import_module(module)).splitlines()
    start = next(i for i, line in enumerate(lines) if re.match(rf"{name}\b.*=", line))
    found: list[str] = []
    while start > 0 and lines[start - 1].startswith("#:"):
        start -= 1
        found.insert(0, lines[start][2:].strip())
    return "\n".join(found)


def is_constant(value: object) -> bool:
    """Tell whether a public name is neither a class nor a function."""
    return not (inspect.isclass(value) or inspect.isroutine(value))


def describe(entry: Entry) -> str:
    """Give what is said of a name: its docstring, or the comment above it."""
    if is_constant(entry.value):
        return comment_above(entry.module, entry.name)
    return inspect.getdoc(entry.value) or ""


def _indent(text: str, spaces: int = 3) -> str:
    return "\n".join(" " * spaces + line if line else "" for line in text.splitlines())


def directive(entry: Entry) -> str:
    """Write the directive that describes a name in full."""
    value = entry.value
    if inspect.isclass(value):
        return "\n".join([f".. autoclass:: {entry.path}", *_class_options(value)])
    if not is_constant(value):
        return f".. autofunction:: {entry.path}\n"
    package = entry.path.rpartition(".")[0]
    shown = repr(value)
    options = f"   :module: {package}\n"
    # Long tables, and those that hold functions with their addresses, are left to the source.
    if len(shown) <= 200 and " at 0x" not in shown:
        options += f"   :value: {shown}\n"
    text = describe(entry)
    if isinstance(value, Mapping):
        text += "\n\nKeys: " + ", ".join(f"``{key}``" for key in value) + "."
    return f".. py:data:: {entry.name}\n{options}\n{_indent(text)}\n"


def _class_options(value: type) -> Iterator[str]:
    yield "   :members:"
    if value.__bases__ != (object,):
        yield "   :show-inheritance:"
    fields = getattr(value, "_fields", ())
    if issubclass(value, tuple) and fields:
        # Python says no more of a named tuple's fields than their numbers.
        yield "   :exclude-members: " + ", ".join(fields)
    told = [base.__name__ for base in value.__mro__[1:] if not _is_internal(base)]
    if len(told) < len(value.__mro__) - 1:
        # What a class has from bases that are not public is described with it.
        yield "   :inherited-members: " + ", ".join(told)


def _is_internal(base: type) -> bool:
    return base.__module__.startswith(f"{ROOT}.") and base not in _public_classes()


@functools.cache
def _public_classes() -> frozenset[type]:
    entries = collect(public_packages()).values()
    return frozenset(value for value in (e.value for e in entries) if inspect.isclass(value))


def _table(package: str, entries: list[Entry]) -> Iterator[str]:
    yield f".. currentmodule:: {package}\n"
    yield ".. list-table::\n   :widths: 30 70\n"
    for entry in entries:
        there = "" if entry.page == page_of(package) else f" (in ``{ROOT}.{entry.page}``)"
        yield f"   * - :py:obj:`{entry.name} <{entry.path}>`"
        yield f"     - {first_sentence(describe(entry))}{there}"
    yield ""


def _rst(text: str) -> str:
    return f"```{{eval-rst}}\n{text.strip()}\n```\n"


def section(package: str, entries: list[Entry], level: int) -> str:
    """Write a package's docstring and the table of its names."""
    module = f".. automodule:: {package}\n   :no-members:\n"
    table = "\n".join(_table(package, entries))
    return f"{'#' * level} {package}\n\n{_rst(module)}\n{_rst(table)}"


def render() -> dict[str, str]:
    """Make all pages: file name -> text."""
    packages = public_packages()
    entries = collect(packages)
    described = sorted(set(entries.values()), key=lambda entry: entry.name.lower())
    pages = {"index.md": _index()}
    for page in PAGES:
        here = [package for package in packages if page_of(package) == page]
        parts = [
            section(package, [entries[package, name] for name in packages[package]], min(2, i + 1))
            for i, package in enumerate(sorted(here))
        ]
        parts.append("## In full\n")
        parts += [_rst(directive(entry)) for entry in described if entry.page == page]
        pages[f"{page}.md"] = "\n".join(parts)
    return pages


def _index() -> str:
    rows = [
        f"| [`{ROOT}.{page}`]({page}.md) | {_plain(importlib.import_module(f'{ROOT}.{page}'))} |"
        for page in PAGES
    ]
    table = "\n".join(["| package | what it is for |", "|---|---|", *rows])
    toctree = "\n".join(["```{toctree}", ":hidden:", "", *PAGES, "```"])
    return f"{INTRODUCTION}\n{table}\n\n{toctree}\n"


def _plain(module: ModuleType) -> str:
    sentence = first_sentence(module.__doc__ or "")
    return re.sub(r":\w+:`~?([^`]*)`", r"`\1`", sentence)


def write_pages(folder: Path) -> None:
    """Write the pages whose text has changed, and take away those that are no longer made.

    Args:
        folder: Made if need be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages = render()
    for old in folder.glob("*.md"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        file = folder / name
        # An unchanged file keeps its time, so that Sphinx reads it from its cache.
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")

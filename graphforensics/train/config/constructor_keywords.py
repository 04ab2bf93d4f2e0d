"""The keywords that a class's constructor takes."""

from __future__ import annotations

import dataclasses
import inspect
from dataclasses import dataclass
from typing import Any, get_type_hints


@dataclass(frozen=True)
class Keywords:
    """Names and types of a constructor's keywords.

    Args:
        hints: Name -> annotation; ``Any`` where there is none.
        open: Whether it takes others too.
    """

    hints: dict[str, Any]
    open: bool = False


def keywords_of(kind: type[Any]) -> Keywords:
    """Read the keywords of a constructor, also those that it hands on to its bases' ones.

    A class that hands keywords on to a dataclass names it as its ``options_class``.

    Args:
        kind: The class.

    Example:
        >>> from graphforensics.models import MRL
        >>> keywords_of(MRL).hints["regions"]
        <class 'int'>
    """
    hints: dict[str, Any] = {}
    for base in kind.__mro__:
        options = base.__dict__.get("options_class")
        if options is not None:
            known = get_type_hints(options)
            for field in dataclasses.fields(options):
                hints.setdefault(field.name, known[field.name])
        if "__init__" not in base.__dict__ or base is object:
            continue
        rest = _add(hints, base)
        if not rest or options is not None:
            return Keywords(hints)
    return Keywords(hints, open=True)


def _add(hints: dict[str, Any], base: type[Any]) -> bool:
    """Add the keywords of one constructor, and say whether it takes any others."""
    init = base.__dict__["__init__"]
    try:
        known = get_type_hints(inspect.unwrap(init))
    except (NameError, TypeError, AttributeError):
        known = {}
    rest = False
    for name, parameter in list(inspect.signature(init).parameters.items())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            rest = True
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            hints.setdefault(name, known.get(name, Any))
    return rest

"""YAML as recipes are written: 1e-4 is a number."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from graphforensics.errors import MissingDataError

#: Numbers with a point, an exponent or both, as YAML 1.2 has them; PyYAML wants a point.
_FLOAT = re.compile(
    r"""^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+
    |[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?\.(?:inf|Inf|INF)
    |\.(?:nan|NaN|NAN))$""",
    re.VERBOSE,
)


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """PyYAML's loader of plain values, with the numbers of YAML 1.2."""


_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789."))


def read_yaml(path: Path) -> dict[Any, Any]:
    """Read a file of names and values.

    Args:
        path: The file.

    Raises:
        MissingDataError: It cannot be read, is no YAML, or is no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise MissingDataError(f"{path}: cannot be read as a recipe ({error})") from error
    return parse_yaml(text, path)


def parse_yaml(text: str, origin: object) -> dict[Any, Any]:
    """Parse names and values.

    Args:
        text: YAML.
        origin: Where it comes from, for the error.

    Raises:
        MissingDataError: It is no YAML, or no mapping.
    """
    try:
        document = yaml.load(text, Loader=_Loader)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise MissingDataError(f"{origin}: cannot be read as a recipe ({reason})") from error
    if not isinstance(document, dict):
        raise MissingDataError(f"{origin}: not a recipe, which has names and values")
    return document

"""Which settings of two runs differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

#: Values longer than this, such as hashes, are told by their beginning.
_TOLD = 60


def setting_differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Name the settings that differ, by their dotted names and with both values.

    Args:
        before: Settings, which may hold others.
        now: The same of another run.

    Example:
        >>> setting_differences({"training": {"seed": 0, "ema": None}}, {"training": {"seed": 1}})
        ['training.seed is 1, was 0', 'training.ema is not set, was null']
    """
    return list(_differences(before, now, ""))


def _differences(before: Mapping[str, Any], now: Mapping[str, Any], start: str) -> Iterator[str]:
    for name in [*now, *(name for name in before if name not in now)]:
        old, new = before.get(name, _MISSING), now.get(name, _MISSING)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _differences(old, new, f"{start}{name}.")
        elif old != new:
            yield f"{start}{name} is {_told(new)}, was {_told(old)}"


_MISSING = object()


def _told(value: Any) -> str:
    if value is _MISSING:
        return "not set"
    text = "null" if value is None else str(value)
    return text if len(text) <= _TOLD else f"{text[:12]}..."

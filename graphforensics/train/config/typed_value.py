"""Values of recipes against the types of the keywords that take them."""

from __future__ import annotations

import numbers
import types
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from graphforensics.train.config.nearest import did_you_mean


def typed_value(value: Any, hint: Any, text: bool = False) -> Any:
    """Return a value as a type wants it: a whole number as a float, a list as a tuple.

    Args:
        value: As YAML, JSON or Python gave it.
        hint: The annotation of the keyword. Of a type that is not known the value stays as it is.
        text: Whether a number may be written as text, as in ``"1e-4"``, and text that may only be
            some words as a number.

    Raises:
        ValueError: It is of another type; the message says which is wanted.

    Example:
        >>> typed_value("1e-4", float, text=True), typed_value([1, 2], tuple[float, float])
        (0.0001, (1.0, 2.0))
        >>> typed_value("adm", Literal["adam", "sgd"])
        Traceback (most recent call last):
        ValueError: must be one of adam, sgd (got 'adm'); did you mean 'adam'?
    """
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _one_of(value, get_args(hint), text)
    if origin is Literal:
        return _word(value, get_args(hint), text)
    if origin is tuple:
        return _tuple(value, get_args(hint), text)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _accept(value, isinstance(value, Mapping), hint)
    if isinstance(origin, type) and issubclass(origin, Iterable):
        _accept(value, isinstance(value, list | tuple), hint)
        return [typed_value(entry, (*get_args(hint), Any)[0], text) for entry in value]
    return _plain(value, hint, text)


def kind_of(hint: Any) -> str:
    """Say in words what a type holds.

    Example:
        >>> kind_of(float | None), kind_of(tuple[float, float])
        ('a number or null', '2 values')
    """
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _words(get_args(hint))
    if origin is Literal:
        return f"one of {', '.join(str(word) for word in get_args(hint))}"
    if origin is tuple and ... not in get_args(hint):
        return f"{len(get_args(hint))} values"
    if isinstance(origin, type):
        return "names and values" if issubclass(origin, Mapping) else "a list"
    return _KINDS.get(hint, getattr(hint, "__name__", str(hint)))


_KINDS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "a path",
    types.NoneType: "null",
}


def _accept(value: Any, good: bool, hint: Any) -> Any:
    if not good:
        raise ValueError(f"must be {kind_of(hint)} (got {value!r})")
    return value


def _words(hints: Iterable[Any]) -> str:
    return " or ".join(dict.fromkeys(kind_of(one) for one in hints))


def _one_of(value: Any, hints: tuple[Any, ...], text: bool) -> Any:
    # A value that fits as it is comes before one that would have to be changed.
    for allowed in (False, True) if text else (False,):
        for hint in hints:
            try:
                return typed_value(value, hint, allowed)
            except ValueError:
                continue
    words = [word for hint in hints if get_origin(hint) is Literal for word in get_args(hint)]
    meant = did_you_mean(value, [str(word) for word in words])
    raise ValueError(f"must be {_words(hints)} (got {value!r}){meant}")


def _word(value: Any, words: tuple[Any, ...], text: bool) -> Any:
    for word in words:
        if type(word) is type(value) and word == value:
            return word
        if text and isinstance(value, int) and str(word) == str(value):
            return word
    known = [str(word) for word in words]
    raise ValueError(
        f"must be one of {', '.join(known)} (got {value!r}){did_you_mean(value, known)}"
    )


def _tuple(value: Any, hints: tuple[Any, ...], text: bool) -> tuple[Any, ...]:
    if len(hints) == 2 and hints[1] is ...:
        hints = hints[:1] * len(value) if isinstance(value, list | tuple) else hints[:1]
    if not isinstance(value, list | tuple) or len(value) != len(hints):
        raise ValueError(f"must be {len(hints)} values (got {value!r})")
    return tuple(typed_value(one, hint, text) for one, hint in zip(value, hints, strict=True))


def _plain(value: Any, hint: Any, text: bool) -> Any:
    if hint is None or hint is types.NoneType:
        return _accept(value, value is None, types.NoneType)
    if hint is float and not isinstance(value, bool):
        return _number(value, float, text)
    if hint is int and not isinstance(value, bool):
        return _number(value, int, text)
    if hint is str and text and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if hint is Path:
        return _accept(value, isinstance(value, str | Path), hint)
    if hint in _KINDS:
        return _accept(value, isinstance(value, hint), hint)
    return value


def _number(value: Any, kind: type[int] | type[float], text: bool) -> Any:
    if isinstance(value, numbers.Integral) or (kind is float and isinstance(value, numbers.Real)):
        return kind(value)  # type: ignore[call-overload]
    if text and isinstance(value, str):
        try:
            return kind(value)
        except ValueError:
            return _accept(value, False, kind)
    return _accept(value, False, kind)

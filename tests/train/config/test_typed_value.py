"""Values against types, by hand-worked cases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from graphforensics.train.config.typed_value import typed_value


@pytest.mark.parametrize(
    ("value", "hint", "wanted"),
    [
        (3, float, 3.0),
        (np.float32(0.5), float, 0.5),
        (np.int64(3), int, 3),
        (None, float | None, None),
        ([1, 2.5], tuple[float, float], (1.0, 2.5)),
        ((1, 2), Sequence[int], [1, 2]),
        ("auto", int | str, "auto"),
        (4, int | str, 4),
        (Path("a"), str | Path, Path("a")),
        ({"a": 1}, dict[str, Any], {"a": 1}),
        ("x", Any, "x"),
        ([1], tuple[int, ...], (1,)),
    ],
)
def test_values_that_fit(value: Any, hint: Any, wanted: Any) -> None:
    found = typed_value(value, hint)
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize(
    ("value", "hint", "wanted"),
    [
        ("1e-4", float, 1e-4),
        ("1e-4", float | None, 1e-4),
        ("7", int, 7),
        (["1e-1", 2], tuple[float, float], (0.1, 2.0)),
        (32, Literal["32", "auto"], "32"),
        (2024, str, "2024"),
    ],
)
def test_text_is_read_as_a_number_where_it_may_be(value: Any, hint: Any, wanted: Any) -> None:
    assert typed_value(value, hint, text=True) == wanted
    with pytest.raises(ValueError, match="must be"):
        typed_value(value, hint)


@pytest.mark.parametrize(
    ("value", "hint", "told"),
    [
        (True, float, "must be a number (got True)"),
        (1, bool, "must be true or false (got 1)"),
        (1.5, int, "must be a whole number (got 1.5)"),
        ("x", float | None, "must be a number or null (got 'x')"),
        (3, str, "must be text (got 3)"),
        ("faces", Sequence[str], "must be a list (got 'faces')"),
        ([1], tuple[float, float], "must be 2 values (got [1])"),
        ("sdg", Literal["sgd", "adam"], "must be one of sgd, adam (got 'sdg'); did you mean 'sgd'"),
        ("wole", Literal["whole"] | None, "or null (got 'wole'); did you mean 'whole'?"),
        ([], dict[str, int], "must be names and values (got [])"),
    ],
)
def test_values_that_do_not_fit_say_what_does(value: Any, hint: Any, told: str) -> None:
    with pytest.raises(ValueError, match="must be") as error:
        typed_value(value, hint)
    assert told in str(error.value)

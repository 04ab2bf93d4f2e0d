"""Who cannot be parted, and why."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from graphforensics.splits.group_ties import group_ties


def _rows(people: int, **told: Any) -> list[dict[str, Any]]:
    return [{"source": f"{n}.mp4", "identity": f"p{n}", **told} for n in range(people)]


def test_people_tied_by_the_name_of_a_collection() -> None:
    # A column 'source' that names where the clips come from, not what a forgery was made of.
    rows = [{**row, "origin": f"films-{n % 2}"} for n, row in enumerate(_rows(30))]
    ties = group_ties(rows, {"train": range(20), "val": range(20, 30)})
    assert (ties.people, ties.groups) == (30, 2)
    assert ties.tied == {"identity": 0, "file": 0, "video": 0, "origin": 28}
    assert ties.largest == {"train": (15, 0.5), "val": (15, 0.5)}
    assert str(ties) == ("30 people in 2 groups that stay together, tied 28 by the column 'source'")
    with pytest.warns(UserWarning, match=r"50% of the train part is one group of 15 people"):
        ties.warn()


def test_each_tie_is_counted_where_it_comes_first() -> None:
    rows = [
        {"source": "a", "identity": "ada"},
        {"source": "b", "identity": "bela;ada", "origin": "a"},
        {"source": "c", "identity": "cleo", "dataset": "d", "video": "v"},
        {"source": "e", "identity": "", "dataset": "d", "video": "v"},
        {"source": "f", "identity": None, "origin": "e"},
        {"source": "g"},
        {"source": "g"},
    ]
    ties = group_ties(rows)
    # Three named, and the files e, f and g; only "by" the first column that ties them.
    assert (ties.people, ties.groups) == (6, 3)
    assert ties.tied == {"identity": 1, "file": 0, "video": 1, "origin": 1}


def test_people_and_pairs_are_no_reason_to_warn() -> None:
    rows = [*_rows(4), {"source": "s", "identity": "p0;p1"}]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ties = group_ties(rows, {"train": [0, 1, 4], "val": [2], "test": []})
        ties.warn()
    assert ties.groups == 3

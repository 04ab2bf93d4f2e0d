"""No person in two parts, whatever links the files."""

from __future__ import annotations

import warnings
from typing import Any

import networkx as nx
import numpy as np
import pytest

from graphforensics.errors import MissingDataError
from graphforensics.splits.split import PARTS, identity_groups, identity_split


def _people(count: int, copies: int = 1) -> list[dict[str, Any]]:
    """One real clip and some forged copies a person."""
    rows = []
    for person in range(count):
        real = {"source": f"real/{person}.mp4", "label": "real", "identity": f"p{person}"}
        fakes = [
            {"source": f"fake/{person}_{n}.mp4", "label": "fake", "origin": real["source"]}
            for n in range(copies)
        ]
        rows += [real, *fakes]
    return rows


def _quiet_split(*args: Any, **keywords: Any) -> dict[str, list[int]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return identity_split(*args, **keywords)


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_the_connected_components_of_shared_names(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        {
            "source": f"f{n}",
            "identity": ";".join(f"i{k}" for k in rng.integers(0, 40, rng.integers(0, 3))),
            "video": f"v{rng.integers(0, 60)}",
            "dataset": str(rng.integers(0, 2)),
            "origin": f"f{rng.integers(0, 60)}" if rng.random() < 0.3 else None,
        }
        for n in range(60)
    ]
    graph = nx.Graph()
    for number, row in enumerate(rows):
        graph.add_edge(number, ("f", row["source"]))
        graph.add_edge(number, ("v", row["dataset"], row["video"]))
        if row["origin"]:
            graph.add_edge(number, ("f", row["origin"]))
        for person in filter(None, row["identity"].split(";")):
            graph.add_edge(number, ("i", person))
    expected = {
        frozenset(n for n in part if isinstance(n, int)) for part in nx.connected_components(graph)
    }
    groups = identity_groups(rows)
    found = {frozenset(np.flatnonzero(groups == g).tolist()) for g in set(groups.tolist())}
    assert found == expected - {frozenset()}


@pytest.mark.parametrize("seed", range(10))
def test_a_forged_copy_follows_its_source(seed: int) -> None:
    rows = _people(20, copies=2)
    parts = _quiet_split(rows, seed=seed)
    where = {n: part for part in PARTS for n in parts[part]}
    assert sorted(where) == list(range(60))
    for real in range(0, 60, 3):
        assert where[real] == where[real + 1] == where[real + 2]


def test_a_swap_of_two_people_is_never_between_parts() -> None:
    rows = _people(12)
    rows += [
        {"source": f"swap{n}", "label": "fake", "identity": f"p{n}; p{n + 6}"} for n in range(6)
    ]
    parts = _quiet_split(rows, seed=3)
    where = {n: part for part in PARTS for n in parts[part]}
    for n in range(6):
        assert where[24 + n] == where[2 * n] == where[2 * (n + 6)]


def test_an_origin_may_be_named_by_the_end_of_its_path_or_by_more_of_it() -> None:
    rows = [
        {"source": "/data/set/real/a.mp4"},
        {"source": "real/b.mp4"},
        {"source": "fake/a.mp4", "origin": "set/real/a.mp4"},
        {"source": "fake/b.mp4", "origin": "/data/real/b.mp4"},
        {"source": "fake/c.mp4", "origin": "al/b.mp4"},
    ]
    assert identity_groups(rows).tolist() == [0, 1, 0, 1, 2]


def test_shares_are_met_for_both_classes() -> None:
    rows = _people(100)
    parts = _quiet_split(rows, (0.6, 0.2, 0.2), seed=1)
    for part, share in zip(PARTS, (0.6, 0.2, 0.2), strict=True):
        labels = [rows[n]["label"] for n in parts[part]]
        assert labels.count("real") == pytest.approx(100 * share, abs=2)
        assert labels.count("fake") == pytest.approx(100 * share, abs=2)


def test_classes_of_separate_people_are_spread_over_the_parts() -> None:
    rows = [{"source": f"r{n}", "identity": f"r{n}", "label": "real"} for n in range(30)]
    rows += [{"source": f"f{n}", "identity": f"f{n}", "label": "fake"} for n in range(10)]
    for seed in range(10):
        parts = identity_split(rows, seed=seed)
        for part in PARTS:
            assert {rows[n]["label"] for n in parts[part]} == {"real", "fake"}


def test_equal_seeds_give_equal_parts_and_others_do_not() -> None:
    rows = _people(30)
    assert _quiet_split(rows, seed=7) == _quiet_split(rows, seed=7)
    assert len({str(_quiet_split(rows, seed=seed)) for seed in range(8)}) > 4


def test_three_people_are_enough_and_two_are_not() -> None:
    parts = _quiet_split(_people(3), seed=0)
    assert [len(parts[part]) for part in PARTS] == [2, 2, 2]
    with pytest.raises(MissingDataError, match="too few to part"):
        _quiet_split(_people(2))


def test_a_part_with_share_zero_stays_empty() -> None:
    parts = _quiet_split(_people(4), (0.5, 0.5, 0))
    assert parts["test"] == []
    assert len(parts["val"]) == 4


def test_one_class_is_an_error_that_names_it() -> None:
    rows = [{"source": f"{n}", "identity": f"{n}", "label": "real"} for n in range(9)]
    with pytest.raises(MissingDataError, match="none of the 9 face tracks is labelled fake: name"):
        identity_split(rows)


def test_unknown_identities_are_warned_about_and_kept_by_video() -> None:
    rows = [{"source": f"{n}", "video": f"{n // 2}", "label": "real"} for n in range(20)]
    for n in range(0, 20, 2):
        rows[n]["label"] = "fake"
    with pytest.warns(UserWarning, match="20 of 20 tracks name no identity"):
        parts = identity_split(rows)
    where = {n: part for part in PARTS for n in parts[part]}
    assert all(where[n] == where[n + 1] for n in range(0, 20, 2))


def test_a_row_without_a_label_is_named() -> None:
    rows = [*_people(3), {"source": "clips/odd.mp4", "label": None}]
    with pytest.raises(MissingDataError, match=r"clips/odd\.mp4: no label"):
        identity_split(rows)


@pytest.mark.parametrize("fractions", [(0, 0, 0), (0.5, -0.1, 0.6), (0.5, 0.5)])
def test_senseless_shares_are_refused(fractions: Any) -> None:
    with pytest.raises(ValueError, match="'fractions' must be"):
        identity_split(_people(4), fractions)

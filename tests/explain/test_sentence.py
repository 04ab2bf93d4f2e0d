from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from graphforensics.errors import MissingDataError
from graphforensics.explain import Explanation, FaithfulnessTable, sentence
from graphforensics.explain.region_names import region_names

PASSED = FaithfulnessTable({"lrl": {"removal": "passed"}})
#: Mouth and eyes do not fit; the mouth alone adds as much as the rest.
FOUND = Explanation(
    "lrl",
    "removal",
    2.0,
    0.88,
    nodes=torch.tensor([0.1, 0.11, 0.09, 0.1]),
    edges=torch.tensor([0.01, 0.02, 0.9, 0.01, 0.0]),
    time=torch.tensor([0.1, 0.9, 0.8, 0.2]),
    edge_index=torch.tensor([[0, 1, 2, 3, 1], [1, 2, 0, 0, 3]]),
    names=("the eyes", "the nose", "the mouth", "the left of the face"),
)
SPANS = [(0.0, 1.0), (2.0, 3.0), (3.0, 4.0), (5.0, 6.0)]


def test_a_relation_that_stands_out_is_said_with_time_and_numbers() -> None:
    wanted = "The mouth does not fit the eyes in seconds 2 to 4"
    assert sentence(FOUND, PASSED, SPANS) == f"{wanted} (+0.90 of the score's logit +2.00)."
    assert "seconds" not in sentence(FOUND, PASSED)


def test_a_region_that_stands_out_is_said() -> None:
    alone = replace(FOUND, edges=None, nodes=torch.tensor([0.9, 0.1, 0.11, 0.1]), time=None)
    wanted = "The eyes speak for a forgery (+0.90 of the score's logit +2.00)."
    assert sentence(alone, PASSED) == wanted


@pytest.mark.parametrize("status", ["failed", "not measured"])
def test_what_did_not_pass_is_not_said(status: str) -> None:
    table = FaithfulnessTable({"lrl": {"removal": status}})
    assert sentence(FOUND, table, SPANS) == "No region stands out."
    assert sentence(FOUND, FaithfulnessTable({"mrl": {"removal": "passed"}})) == (
        "No region stands out."
    )


def test_values_that_are_alike_negative_or_small_do_not_stand_out() -> None:
    for nodes in ([0.3, 0.31, 0.32, 0.3], [-0.9, -0.1, -0.1, -0.1], [0.1, 0.0, 0.0, 0.0]):
        found = replace(FOUND, edges=None, nodes=torch.tensor(nodes))
        assert sentence(found, PASSED) == "No region stands out."


def test_names_are_those_of_an_average_face() -> None:
    places = torch.tensor([[0.33, 0.4], [0.67, 0.4], [0.5, 0.69], [0.5, 0.02], [0.95, 0.5]])
    assert region_names("token", places) == (
        "the eye on the left",
        "the eye on the right",
        "the mouth",
        "the top of the face",
        "the right of the face",
    )
    assert region_names("au", torch.rand(15, 2))[7] == "lip corner puller (AU12)"
    assert region_names("part", torch.rand(3, 2))[2] == "the mouth"


def test_the_table_of_a_benchmark_is_read(tmp_path: Path) -> None:
    rows = [
        {"detector": "lrl", "method": "removal", "status": "passed"},
        {"detector": "lrl", "method": "own_map", "status": "passed"},
        {"detector": "lrl", "method": "own_map", "status": "failed"},
        {"detector": "lrl", "method": "centre", "status": "plain"},
    ]
    file = tmp_path / "table.json"
    file.write_text(json.dumps({"rows": rows}), encoding="utf-8")
    table = FaithfulnessTable.read(file)
    assert table.passed("lrl") == ("removal",)
    assert table.status("lrl", "own_map") == "failed"
    assert table.status("lrl", "centre") == "not measured"


def test_a_file_that_is_no_table(tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(MissingDataError, match=r"other\.json: no table of explanations"):
        FaithfulnessTable.read(file)


def test_errors() -> None:
    with pytest.raises(ValueError, match=r"'spans' must hold 4 entries \(got 1\)"):
        sentence(FOUND, PASSED, SPANS[:1])
    with pytest.raises(ValueError, match=r"'rows' must say one of .* \(got 'good'\)"):
        FaithfulnessTable({"lrl": {"removal": "good"}})

"""A graph in a notebook: well-formed, at its places, safe, and never an error."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
import torch
from torch_geometric.data import Batch

from graphforensics.data import FaceGraph, FaceGraphSequence

SPACE = "{http://www.w3.org/2000/svg}"


def graph(**attributes: object) -> FaceGraph:
    adjacency = torch.tensor([[5.0, 0.0, 0.0], [2.0, 0.0, -4.0], [1.0, 3.0, 0.0]])
    pos = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.5, 1.0]])
    return FaceGraph.from_dense(torch.rand(3, 2), adjacency, pos=pos, **attributes)


def drawn(html: str) -> ElementTree.Element:
    """Parse the whole: what is not well-formed is an error."""
    return ElementTree.fromstring(html).find(f"{SPACE}svg")


def test_nodes_lie_at_their_places_and_a_pair_has_one_line() -> None:
    picture = drawn(graph()._repr_html_())
    dots = [(dot.get("cx"), dot.get("cy")) for dot in picture.findall(f"{SPACE}circle")]
    assert dots == [("12.0", "12.0"), ("248.0", "12.0"), ("130.0", "248.0")]
    lines = picture.findall(f"{SPACE}line")
    # From the weakest: 0 to 2, 0 to 1, and of -4 and 3 the stronger; a node to itself has no line.
    assert [line.get("stroke-width") for line in lines] == ["1.80", "2.80", "4.80"]
    assert [line.get("stroke") for line in lines] == ["#d55e00", "#d55e00", "#0072b2"]
    assert [line[0].text for line in lines] == ["0 to 2: 1", "0 to 1: 2", "2 to 1: -4"]
    assert picture.get("aria-label") == "Face graph: 3 nodes (region), 9 edges"


def test_masked_relations_are_dashed() -> None:
    kept = torch.ones(3, 3, dtype=torch.bool)
    kept[1, 2] = False
    lines = drawn(graph(edge_kept=kept)._repr_html_()).findall(f"{SPACE}line")
    assert [line.get("stroke-dasharray") for line in lines] == [None, None, "4 3"]


def test_a_sequence_shows_its_mean() -> None:
    pos = torch.tensor([[[0.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 0.0]]])
    weight = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    sequence = FaceGraphSequence.from_dense(torch.rand(2, 2, 3), weight, pos=pos)
    picture = drawn(sequence._repr_html_())
    assert [dot.get("cx") for dot in picture.findall(f"{SPACE}circle")] == ["130.0", "248.0"]


@pytest.mark.parametrize(
    "found",
    [
        FaceGraph(),
        FaceGraph(x=torch.rand(2, 1), edge_index=torch.tensor([[0], [7]])),
        Batch.from_data_list([graph(), graph()]),
        FaceGraph(x=torch.rand(2, 1), edge_index=torch.empty(2, 0).long(), kind="<script>"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_words(found: FaceGraph) -> None:
    html = found._repr_html_()
    assert html.startswith("<pre>")
    assert "<script>" not in html


def test_without_places_or_with_broken_ones_nodes_lie_on_a_circle() -> None:
    edge_index = torch.tensor([[0, 1], [1, 0]])
    bare = FaceGraph(x=torch.rand(2, 1), edge_index=edge_index)
    broken = FaceGraph(
        x=torch.rand(2, 1),
        edge_index=edge_index,
        edge_weight=torch.tensor([float("nan"), 1.0]),
        pos=torch.full((2, 2), float("nan")),
    )
    for found in (bare, broken):
        picture = drawn(found._repr_html_())
        dots = [(dot.get("cx"), dot.get("cy")) for dot in picture.findall(f"{SPACE}circle")]
        assert dots == [("130.0", "35.6"), ("130.0", "224.4")]
        assert len(picture.findall(f"{SPACE}line")) == 1

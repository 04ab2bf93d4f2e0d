from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, FancyArrowPatch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.visualization.draw_face_graph import WIDEST, draw_face_graph
from graphforensics.visualization.palette import MASKED, NEGATIVE, POSITIVE

SVG = "{http://www.w3.org/2000/svg}"


def artists(figure: Figure, start: str) -> dict[str, object]:
    return {
        str(artist.get_gid()): artist
        for artist in figure.findobj(lambda a: str(a.get_gid()).startswith(start))
    }


def edges(figure: Figure) -> dict[tuple[int, int], FancyArrowPatch]:
    found = artists(figure, "edge-")
    return {tuple(map(int, gid.split("-")[1:3])): patch for gid, patch in found.items()}


def legend(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_widths_are_in_proportion_to_the_matrix(graph: FaceGraph, face_image: np.ndarray):
    matrix = graph.adjacency().numpy()
    drawn = edges(draw_face_graph(graph, face_image))
    assert set(drawn) == {(1, 0), (2, 0), (0, 1), (0, 2), (1, 2)}  # 2 -> 1 is 0
    for (source, target), patch in drawn.items():
        wanted = 6 * abs(matrix[target, source]) / 4
        assert patch.get_linewidth() == pytest.approx(wanted), (source, target)


def test_sign_and_mask_are_seen_in_colour_and_dashes(graph: FaceGraph, face_image: np.ndarray):
    drawn = edges(draw_face_graph(graph, face_image))
    wanted = {
        (1, 0): (POSITIVE, "solid"),
        (2, 0): (NEGATIVE, "solid"),
        (0, 1): (POSITIVE, "solid"),
        (0, 2): (MASKED, "dashed"),
        (1, 2): (NEGATIVE, "solid"),
    }
    for pair, (color, style) in wanted.items():
        assert same_color(drawn[pair].get_edgecolor()[:3], color), pair
        assert drawn[pair].get_linestyle() in {style, {"solid": "-", "dashed": "--"}[style]}, pair


def test_arrows_start_at_the_sender_and_end_at_the_receiver(
    graph: FaceGraph, face_image: np.ndarray
):
    figure = draw_face_graph(graph, face_image)
    for (source, target), patch in edges(figure).items():
        start, end = patch._posA_posB
        np.testing.assert_allclose(start, graph.pos[source], atol=1e-6)
        np.testing.assert_allclose(end, graph.pos[target], atol=1e-6)
        assert patch.get_arrowstyle().__class__.__name__ == "CurveFilledB"


def test_self_relations_are_rings(graph: FaceGraph, face_image: np.ndarray):
    rings = artists(draw_face_graph(graph, face_image), "self-")
    assert set(rings) == {"self-1", "self-2"}  # 0 -> 0 is 0
    for gid, weight, color, style in (
        ("self-1", 2.0, POSITIVE, "solid"),
        ("self-2", 1.0, MASKED, "dashed"),
    ):
        ring = rings[gid]
        assert isinstance(ring, Ellipse)
        assert ring.get_linewidth() == pytest.approx(WIDEST * weight / 4)
        assert same_color(ring.get_edgecolor()[:3], color)
        assert ring.get_linestyle() in {style, {"solid": "-", "dashed": "--"}[style]}


def test_nodes_stand_at_their_places_with_their_names(graph: FaceGraph, face_image: np.ndarray):
    figure = draw_face_graph(graph, face_image, names=["left eye", "right eye", "mouth"])
    for number, name in enumerate(["left eye", "right eye", "mouth"]):
        (marker,) = artists(figure, f"node-{number}").values()
        np.testing.assert_allclose(marker.get_xydata()[0], graph.pos[number], atol=1e-6)
        (text,) = artists(figure, f"name-{number}").values()
        assert text.get_text() == name


def test_each_region_is_outlined_around_its_place(graph: FaceGraph, face_image: np.ndarray):
    figure = draw_face_graph(graph, face_image)
    for number, place in enumerate(graph.pos.numpy()):
        (line,) = artists(figure, f"outline-{number}").values()
        np.testing.assert_allclose(line.get_xydata().mean(axis=0), place, atol=0.03)


def test_what_lies_off_a_regions_centre_is_not_outlined(graph: FaceGraph, face_image: np.ndarray):
    # Two peaks in opposite corners: their centre of mass lies in neither.
    graph.attention[0] = 0
    graph.attention[0, 0, 0] = graph.attention[0, 6, 6] = 1
    graph.pos[0] = 0.5
    assert set(artists(draw_face_graph(graph, face_image), "outline-")) == {
        "outline-1",
        "outline-2",
    }


def test_nodes_on_one_spot_are_led_apart(face_image: np.ndarray):
    places = torch.tensor([[0.5, 0.5], [0.5, 0.5], [0.1, 0.1]])
    graph = FaceGraph.from_dense(torch.zeros(3, 1), torch.ones(3, 3), pos=places)
    figure = draw_face_graph(graph, face_image)
    spots = np.array([artists(figure, f"node-{n}").popitem()[1].get_xydata()[0] for n in range(3)])
    assert np.linalg.norm(spots[0] - spots[1]) > 0.14
    leaders = artists(figure, "leader-")
    assert set(leaders) == {"leader-0", "leader-1"}
    for number in range(2):
        ends = leaders[f"leader-{number}"].get_xydata()
        np.testing.assert_allclose(ends, [[0.5, 0.5], spots[number]])
    assert "leads to the region's true centre" in legend(figure)


def test_the_legend_names_what_is_there(graph: FaceGraph, face_image: np.ndarray):
    figure = draw_face_graph(graph, face_image)
    assert legend(figure) == [
        "region, at the centre of what it looks at",
        "core of what a region looks at (80 % of its peak)",
        "positive relation",
        "negative relation",
        "masked relation: hidden in training",
        "ring: the region's relation to itself",
        "strength 4",
        "strength 1",
    ]
    title = figure.axes[0].get_legend().get_title().get_text()
    assert title == "All 5 relations; the arrow points to the receiver"


def test_the_legend_is_silent_about_what_is_not_there(face_image: np.ndarray):
    graph = FaceGraph.from_dense(
        torch.zeros(2, 1), torch.tensor([[0.0, 1.0], [0.0, 0.0]]), pos=torch.rand(2, 2), kind="au"
    )
    figure = draw_face_graph(graph, face_image)
    assert legend(figure)[:2] == [
        "action unit of the face",
        "positive relation",
    ]
    assert draw_face_graph(graph, face_image, legend=False).axes[0].get_legend() is None


def test_only_the_strongest_are_drawn_and_the_legend_says_so(
    graph: FaceGraph, face_image: np.ndarray
):
    figure = draw_face_graph(graph, face_image, strongest=2)
    assert set(edges(figure)) == {(2, 0), (0, 2)}
    title = figure.axes[0].get_legend().get_title().get_text()
    assert title.startswith("The 2 strongest of 5 relations")


def test_a_region_that_looks_at_nothing_is_grey(graph: FaceGraph, face_image: np.ndarray):
    graph.attention[1] = 0
    figure = draw_face_graph(graph, face_image)
    (marker,) = artists(figure, "node-1").values()
    assert same_color(marker.get_color(), MASKED)
    assert "region that looks at nothing" in legend(figure)


def test_a_sequence_is_drawn_as_its_mean(sequence: FaceGraphSequence, face_image: np.ndarray):
    drawn = edges(draw_face_graph(sequence, face_image))
    mean = sequence.edge_weight.mean(dim=1).view(3, 3)
    for (source, target), patch in drawn.items():
        wanted = 6 * abs(mean[target, source]) / mean.abs().max()
        assert patch.get_linewidth() == pytest.approx(wanted.item())


def test_the_svg_holds_widths_and_dashes(graph: FaceGraph, face_image: np.ndarray):
    content = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        draw_face_graph(graph, face_image).savefig(content, format="svg")
    root = ElementTree.fromstring(content.getvalue())
    styles = {
        element.get("id"): " ".join(p.get("style", "") for p in element.iter(f"{SVG}path"))
        for element in root.iter(f"{SVG}g")
        if (element.get("id") or "").startswith("edge-")
    }
    assert len(styles) == 5
    matrix = graph.adjacency()
    for gid, style in styles.items():
        source, target = map(int, gid.split("-")[1:3])
        width = abs(matrix[target, source].item()) * 6 / 4
        # matplotlib leaves the width out where it is SVG's own default, 1.
        met = float((re.search(r"stroke-width: ([\d.]+)", style) or [0, 1.0])[1])
        assert met == pytest.approx(width)
        assert ("stroke-dasharray" in style) == ((source, target) == (0, 2))
    texts = {"".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")}
    assert {"0", "1", "2", "positive relation", "negative relation"} <= texts


def test_a_graph_without_relations_is_drawn_too(face_image: np.ndarray):
    graph = FaceGraph.from_dense(torch.zeros(2, 1), torch.zeros(2, 2), pos=torch.rand(2, 2))
    figure = draw_face_graph(graph, face_image)
    assert not edges(figure)
    assert figure.axes[0].get_legend().get_title().get_text() == "No relations between regions"


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((8, 8), dtype=np.uint8),
        np.zeros((8, 8, 4), dtype=np.uint8),
        np.zeros((8, 8, 3), dtype=np.float32),
    ],
)
def test_other_images_are_refused(graph: FaceGraph, image: np.ndarray):
    with pytest.raises(ValueError, match=r"'image' must be \[H, W, 3\] uint8"):
        draw_face_graph(graph, image)


def test_patches_have_no_rings_and_widths_from_the_least_to_the_most(face_image: np.ndarray):
    matrix = torch.tensor([[1.0, 0.5, 0.6], [0.5, 1.0, 0.9], [0.6, 0.9, 1.0]])
    patches = FaceGraph.from_dense(torch.rand(3, 4), matrix, pos=torch.rand(3, 2), kind="patch")
    figure = draw_face_graph(patches, face_image)
    texts = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert {"strength 0.9", "strength 0.6"} <= set(texts)
    assert not [text for text in texts if text.startswith("ring")]
    assert not [one for one in figure.axes[0].patches if str(one.get_gid()).startswith("self")]


def test_relations_that_are_the_same_both_ways_are_lines_without_arrows(face_image: np.ndarray):
    matrix = torch.tensor([[0.0, 2.0, -3.0], [2.0, 0.0, 4.0], [-3.0, 4.0, 0.0]])
    pos = torch.tensor([[0.2, 0.2], [0.8, 0.2], [0.5, 0.8]])
    figure = draw_face_graph(FaceGraph.from_dense(torch.rand(3, 2), matrix, pos=pos), face_image)
    drawn = edges(figure)
    assert set(drawn) == {(0, 1), (0, 2), (1, 2)}
    for patch in drawn.values():
        assert patch.get_arrowstyle().__class__.__name__ == "Curve"
        assert patch.get_connectionstyle().rad == 0
    title = figure.axes[0].get_legend().get_title().get_text()
    assert title == "All 3 relations; each the same both ways"

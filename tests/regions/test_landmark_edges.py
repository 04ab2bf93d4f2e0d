"""Edges between landmarks: Delaunay's by its own definition, the others by what they link."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest

from graphforensics.regions import LANDMARK_GROUPS, MIRRORED_LANDMARKS, landmark_edges


def pairs(edges) -> set[tuple[int, int]]:
    return {(int(a), int(b)) for a, b in edges.T}


def circle(a, b, c) -> tuple[np.ndarray, float]:
    """Middle and squared radius of the circle through three points."""
    matrix = 2 * np.array([b - a, c - a])
    middle = np.linalg.solve(matrix, [b @ b - a @ a, c @ c - a @ a])
    return middle, float(((a - middle) ** 2).sum())


def test_delaunay_links_two_points_where_a_circle_through_both_is_empty() -> None:
    points = np.random.default_rng(0).uniform(0, 100, size=(68, 2))
    wanted = set()
    for a, b, c in itertools.combinations(range(68), 3):
        middle, squared = circle(*points[[a, b, c]])
        inside = ((points - middle) ** 2).sum(1) < squared * (1 - 1e-9)
        if not inside.any():
            wanted |= set(itertools.permutations((a, b, c), 2))
    assert pairs(landmark_edges(points)) == wanted


def test_points_in_one_place_are_linked() -> None:
    points = np.random.default_rng(1).uniform(0, 100, size=(68, 2))
    points[60:64] = points[64:68]
    graph = nx.Graph(list(pairs(landmark_edges(points))))
    assert sorted(graph) == list(range(68))
    assert nx.is_connected(graph)


def test_anatomical_edges_follow_contours_and_are_symmetric() -> None:
    edges = landmark_edges(edges="anatomical")
    found = pairs(edges)
    assert len(found) == edges.shape[1]
    assert found == {(b, a) for a, b in found}
    assert found == {(MIRRORED_LANDMARKS[a], MIRRORED_LANDMARKS[b]) for a, b in found}
    assert {(0, 1), (36, 41), (48, 59), (60, 67), (27, 28)} <= found
    assert not {(0, 16), (17, 21), (27, 30)} & found
    graph = nx.Graph(list(found))
    assert (len(graph), nx.is_connected(graph)) == (68, True)
    eye = graph.subgraph(LANDMARK_GROUPS["left_eye"])
    assert sorted(dict(eye.degree).values()) == [2] * 6


@pytest.mark.parametrize(
    ("points", "edges", "message"),
    [
        (None, "nearest", "'edges' must be 'delaunay' or 'anatomical' (got 'nearest')"),
        (np.zeros((5, 2)), "delaunay", "must be finite and [68, 2] (got shape [5, 2])"),
        (np.full((68, 2), np.nan), "delaunay", "must be finite"),
        (np.arange(136.0).reshape(68, 2), "delaunay", "lie on a line"),
        (np.ones((68, 2)), "delaunay", "lie on a line, or in one place"),
    ],
)
def test_what_cannot_be_linked_is_told(points, edges, message) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        landmark_edges(points, edges)
    assert message in str(caught.value)

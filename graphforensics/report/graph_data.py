"""A face graph as the numbers that a page draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.explain.region_names import region_names
from graphforensics.visualization.mean_graph import mean_graph
from graphforensics.visualization.relations import Relations, relations
from graphforensics.visualization.spread_nodes import spread_nodes

#: Relations that a page holds; more can neither be drawn nor listed.
MOST_RELATIONS = 600
_DIGITS = 4
#: Strengths that differ by less than this share of the largest are the same.
_ALIKE = 1e-4


def graph_data(graph: FaceGraph | FaceGraphSequence, margin: float = 1.3) -> dict[str, Any]:
    """Return nodes, and the relations of the mean over time and of every snapshot.

    A symmetric relation stands once. Of many relations the strongest are kept, by their size
    averaged over time, and ``left_out`` counts the others.

    Args:
        graph: A graph or a sequence, not a batch.
        margin: Side of the crop over the side of the face's box, for the regions' names.

    Raises:
        ValueError: The graph's shapes are wrong, or a value is not finite.
    """
    whole = relations(graph)
    names = region_names(
        mean_graph(graph).get("kind", "region"), torch.from_numpy(whole.pos), margin
    )
    steps = _snapshots(graph)
    drawn = whole.strongest(None)[::-1]
    kept = drawn[:MOST_RELATIONS]
    return {
        "word": whole.word,
        "one": f"{'an' if whole.word[0] in 'aeiou' else 'a'} {whole.word}",
        "many": f"{whole.word}{'es' if whole.word.endswith('ch') else 's'}",
        "nodes": [
            {"label": label, "name": name, "x": x, "y": y, "cx": cx, "cy": cy}
            for label, name, (x, y), (cx, cy) in zip(
                whole.names, names, _apart(whole.pos), whole.pos.round(4).tolist(), strict=True
            )
        ],
        "symmetric": whole.symmetric,
        "source": whole.source[kept].tolist(),
        "target": whole.target[kept].tolist(),
        "weight": _rounded(whole.edge_weight[kept]),
        "kept": whole.edge_kept[kept].tolist(),
        "steps": [_rounded(step.edge_weight[kept]) for step in steps],
        "steps_kept": [step.edge_kept[kept].tolist() for step in steps],
        "low": whole.limits[0],
        "left_out": len(drawn) - len(kept),
    }


def difference_data(
    one: FaceGraph | FaceGraphSequence,
    other: FaceGraph | FaceGraphSequence,
    margin: float = 1.3,
) -> dict[str, Any] | None:
    """Return the relations of one graph less those of another, averaged over time.

    Args:
        one: What is looked at.
        other: What it is compared with.
        margin: As for :func:`graph_data`.

    Returns:
        As :func:`graph_data`, without snapshots, at the places of the first graph's nodes;
        ``None`` where the nodes are not the same kind or number.
    """
    first, second = relations(one), relations(other)
    if first.word != second.word or first.names != second.names:
        return None
    of_first, of_second = _matrix(first), _matrix(second)
    weight = of_first - of_second
    largest = float(np.abs([of_first, of_second]).max(initial=0))
    # What rounding makes is no difference.
    weight[np.abs(weight) <= _ALIKE * largest] = 0
    symmetric = bool(np.allclose(weight, weight.T, rtol=1e-3, atol=1e-3 * np.abs(weight).max()))
    target, source = np.nonzero(np.tril(weight, -1) if symmetric else weight)
    between = source != target
    source, target = source[between], target[between]
    order = np.argsort(-np.abs(weight[target, source]), kind="stable")
    kept = order[:MOST_RELATIONS]
    plain = graph_data(one, margin)
    return {
        **plain,
        "symmetric": symmetric,
        "source": source[kept].tolist(),
        "target": target[kept].tolist(),
        "weight": _rounded(weight[target[kept], source[kept]]),
        "kept": [True] * len(kept),
        "steps": [],
        "steps_kept": [],
        "low": 0.0,
        "largest": _round(float(np.abs(weight).max(initial=0))),
        "strongest": _round(largest),
        "left_out": len(order) - len(kept),
    }


def _matrix(parts: Relations) -> NDArray[np.float64]:
    nodes = len(parts.pos)
    weight = np.zeros((nodes, nodes))
    # A masked relation did not count.
    np.add.at(weight, (parts.target, parts.source), parts.edge_weight * parts.edge_kept)
    return weight


def _snapshots(graph: FaceGraph | FaceGraphSequence) -> list[Relations]:
    if not isinstance(graph, FaceGraphSequence):
        return []
    over_time = any(name in graph and graph.is_over_time(name) for name in _OVER_TIME)
    return [relations(step) for step in graph.snapshots()] if over_time else []


def _apart(pos: NDArray[np.float64]) -> list[list[float]]:
    """Return places at which nodes do not cover each other."""
    wanted = min(0.1, 0.6 / np.sqrt(max(len(pos), 1)))
    places: list[list[float]] = spread_nodes(pos, wanted).round(4).tolist()
    return places


_OVER_TIME = ("edge_weight", "edge_kept")


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [_round(value) for value in values.tolist()]


def _round(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")

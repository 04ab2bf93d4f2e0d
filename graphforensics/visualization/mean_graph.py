"""One graph in the place of a sequence."""

from __future__ import annotations

import torch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence


def mean_graph(graph: FaceGraph | FaceGraphSequence) -> FaceGraph:
    """Average a sequence over time; a single graph stays what it is.

    Features, places, attention and weights become their means; an edge counts as masked
    where every snapshot masked it; of frame numbers, times and boxes the first are kept.

    Args:
        graph: A graph, or a sequence with at least one snapshot.

    Raises:
        ValueError: The sequence has no snapshot.
    """
    if not isinstance(graph, FaceGraphSequence):
        return graph
    if len(graph) == 0:
        raise ValueError("'graph' is a sequence without a snapshot")
    out = graph[0]
    for name in ("x", "pos", "attention", "edge_weight"):
        if name in graph and graph.is_over_time(name):
            out[name] = graph[name].float().mean(dim=1)
    if "edge_kept" in graph and graph.is_over_time("edge_kept"):
        out.edge_kept = torch.any(graph.edge_kept, dim=1)
    return out

"""All relations of a face graph as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.visualization.palette import MASKED, relation_colors, strength_colors
from graphforensics.visualization.relations import ALWAYS_RELATED, Relations, relations


def draw_relation_matrix(
    graph: FaceGraph | FaceGraphSequence,
    axes: Axes | None = None,
    names: Sequence[str] | None = None,
) -> Figure:
    """Draw the relation of every node to every node, a row for each receiver.

    Colours go from the strongest negative to the strongest positive relation; those of patches,
    tokens and action units, which all have a relation to some degree, from the least to the most.

    Args:
        graph: A graph, or a sequence, which is averaged over time.
        axes: Where to draw; a new figure by default.
        names: Name of each node, their region numbers by default.

    Raises:
        ValueError: The graph's shapes are wrong.

    Example:
        >>> import torch
        >>> figure = draw_relation_matrix(FaceGraph.from_dense(torch.rand(3, 4), torch.eye(3)))
        >>> figure.savefig("relations.svg")  # doctest: +SKIP
    """
    parts = relations(graph, names)
    axes = axes or Figure(figsize=(4.4, 4.0), layout="constrained").add_subplot()
    matrix, masked = _matrix(parts)
    top = float(np.abs(matrix).max(initial=0)) or 1.0
    low, colors = -top, relation_colors()
    if parts.word in ALWAYS_RELATED and matrix.min(initial=0) >= 0:
        low, colors = float(matrix.min()), strength_colors()
    image = axes.imshow(matrix, cmap=colors, vmin=low, vmax=top, gid="relations")
    rows, columns = np.nonzero(masked)
    axes.plot(
        columns,
        rows,
        linestyle="",
        marker="x",
        markersize=_cross(parts),
        color=MASKED,
        gid="masked",
    )
    _label(axes, parts, bool(masked.any()))
    bar = axes.figure.colorbar(image, ax=axes, shrink=0.85, pad=0.02)
    bar.ax.tick_params(labelsize=7)
    bar.set_label("strength", fontsize=8)
    figure = axes.figure
    return figure if isinstance(figure, Figure) else figure.figure


def _matrix(parts: Relations) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    nodes = len(parts.pos)
    matrix = np.zeros((nodes, nodes))
    masked = np.zeros((nodes, nodes), dtype=np.bool_)
    np.add.at(matrix, (parts.target, parts.source), parts.edge_weight)
    hidden = ~parts.edge_kept & (parts.edge_weight != 0)
    masked[parts.target[hidden], parts.source[hidden]] = True
    return matrix, masked


def _label(axes: Axes, parts: Relations, masked: bool) -> None:
    step = -(-len(parts.names) // 24)  # more labels than that run into each other
    ticks = range(0, len(parts.names), step)
    labels = [parts.names[tick] for tick in ticks]
    turned = max(map(len, labels), default=0) > 3
    axes.set_xticks(ticks, labels, fontsize=7, rotation=90 if turned else 0, parse_math=False)
    axes.set_yticks(ticks, labels, fontsize=7, parse_math=False)
    axes.tick_params(length=0)
    axes.set_xlabel(f"from {parts.word}", fontsize=8)
    axes.set_ylabel(f"to {parts.word}", fontsize=8)
    note = " (×: masked)" if masked else ""
    axes.set_title(f"All relations{note}", fontsize=9, loc="left")


def _cross(parts: Relations) -> float:
    return float(np.clip(60 / max(len(parts.pos), 1), 0.5, 5))

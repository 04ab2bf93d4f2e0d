"""The face graph drawn over the face."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.visualization.palette import INK, MASKED, NEGATIVE, OUTLINE, PAPER, POSITIVE
from graphforensics.visualization.region_outline import region_outline
from graphforensics.visualization.relation_legend import relation_legend
from graphforensics.visualization.relations import Relations, relations
from graphforensics.visualization.spread_nodes import spread_nodes
from graphforensics.visualization.stretch_contrast import stretch_contrast

#: Width in points of the strongest edge; every other one has its share of it.
WIDEST = 6.0
#: Share of its peak down to which a region's attention is outlined on the face: a small line
#: around the centre, because whole regions overlap.
CORE = 0.8


def draw_face_graph(
    graph: FaceGraph | FaceGraphSequence,
    image: NDArray[np.uint8],
    axes: Axes | None = None,
    names: Sequence[str] | None = None,
    strongest: int | None = 24,
    legend: bool = True,
) -> Figure:
    r"""Draw the face, its regions at their places and the relations between them.

    An edge is as wide as its relation is strong, :math:`6 |w| / \max |w|` points; its colour
    is the sign, its arrow the direction, dashed grey where it was masked. Relations that are the
    same both ways are drawn once, without an arrow. A ring around a node is
    its relation to itself. Where every node is related to every other to some degree, as patches,
    tokens and action units are, widths go from the least to the most and there are no rings.
    Nodes that would cover each other are moved apart and tied to their places by a dotted line.

    Args:
        graph: A graph, or a sequence, which is averaged over time.
        image: The crop that ``graph.pos`` refers to, RGB.
        axes: Where to draw; a new figure by default.
        names: Name of each node, their region numbers by default.
        strongest: Draw only so many edges between nodes, None for all.
        legend: Say below the face what the marks mean.

    Shapes:
        ``image [H, W, 3]``, ``uint8``.

    Raises:
        ValueError: ``image`` is no RGB picture, or the graph's shapes are wrong.

    Example:
        >>> import torch
        >>> graph = FaceGraph.from_dense(torch.rand(2, 4), torch.rand(2, 2), pos=torch.rand(2, 2))
        >>> figure = draw_face_graph(graph, np.zeros((64, 64, 3), dtype=np.uint8))
        >>> figure.savefig("face.svg")  # doctest: +SKIP
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"'image' must be [H, W, 3] uint8 (got {image.shape} {image.dtype})")
    parts = relations(graph, names)
    axes = axes or Figure(figsize=(6.4, 7.2), layout="constrained").add_subplot()
    _draw_image(axes, image)
    places = spread_nodes(parts.pos, distance=0.15)
    outlined = _draw_outlines(axes, parts)
    _draw_leaders(axes, parts, places)
    drawn = parts.strongest(strongest)
    _draw_edges(axes, parts, places, drawn)
    _draw_self_relations(axes, parts, places, image.shape[1] / image.shape[0])
    _draw_nodes(axes, parts, places)
    axes.set(xlim=(0, 1), ylim=(1, 0))
    if legend:
        moved = bool(_moved(parts, places).any())
        relation_legend(axes, parts, drawn, WIDEST, CORE if outlined else None, moved)
    figure = axes.figure
    return figure if isinstance(figure, Figure) else figure.figure


def _draw_image(axes: Axes, image: NDArray[np.uint8]) -> None:
    # Grey and a little faded, so that the colours of the edges stand out from skin.
    grey = (image @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)
    faded = 0.28 + 0.72 * stretch_contrast(grey)
    axes.imshow(
        np.repeat(faded[..., None], 3, axis=2),
        extent=(0, 1, 1, 0),
        aspect=image.shape[0] / image.shape[1],
        interpolation="bilinear",
        gid="face",
    )
    axes.set_axis_off()
    axes.set_anchor("N")  # what room is left over goes to the legend below


def _draw_outlines(axes: Axes, parts: Relations) -> bool:
    """Draw the core around each region's centre and say whether there was any to draw.

    What a scattered region looks at elsewhere is left out: nothing would tie it to its node.
    """
    maps = parts.attention if parts.attention is not None else np.zeros((0, 1, 1))
    lines = [
        (number, line)
        for number, attention in enumerate(maps)
        for line in region_outline(attention, CORE)
        if Path(line).contains_point(parts.pos[number])
    ]
    for number, line in lines:
        axes.plot(
            *line.T,
            color=OUTLINE,
            linewidth=0.9,
            alpha=0.9,
            path_effects=[withStroke(linewidth=1.8, foreground=INK, alpha=0.35)],
            gid=f"outline-{number}",
        )
    return bool(lines)


def _moved(parts: Relations, places: NDArray[np.float64]) -> NDArray[np.bool_]:
    moved: NDArray[np.bool_] = np.linalg.norm(places - parts.pos, axis=1) > 0.02
    return moved & ~parts.blind


def _draw_leaders(axes: Axes, parts: Relations, places: NDArray[np.float64]) -> None:
    for number in np.flatnonzero(_moved(parts, places)):
        line = np.stack([parts.pos[number], places[number]])
        axes.plot(*line.T, color=INK, linewidth=1.0, linestyle=":", gid=f"leader-{number}")
        axes.plot(*parts.pos[number], marker="o", markersize=3.5, color=INK, gid=f"place-{number}")


def _draw_edges(
    axes: Axes, parts: Relations, places: NDArray[np.float64], drawn: NDArray[np.int64]
) -> None:
    picture = nx.MultiDiGraph()
    picture.add_nodes_from(range(len(places)))
    ends = [(int(parts.source[edge]), int(parts.target[edge]), int(edge)) for edge in drawn]
    picture.add_edges_from(ends)
    arrow, bend = ("-", "arc3") if parts.symmetric else ("-|>", "arc3,rad=0.14")
    for end in ends:
        edge = end[2]
        edge_kept = bool(parts.edge_kept[edge])
        arrows = nx.draw_networkx_edges(
            picture,
            dict(enumerate(places)),
            edgelist=[end],
            ax=axes,
            width=WIDEST * parts.share[edge],
            edge_color=_color(parts, edge),
            style="solid" if edge_kept else "dashed",
            alpha=0.9 if edge_kept else 0.65,
            arrowstyle=arrow,
            arrowsize=6 + 10 * parts.share[edge],
            connectionstyle=bend,
            node_size=_marker(len(places)) ** 2 * 1.4,
        )
        arrows[0].set_gid(f"edge-{end[0]}-{end[1]}-{edge}")
        arrows[0].set_zorder(2.5 if edge_kept else 2)


def _draw_self_relations(
    axes: Axes, parts: Relations, places: NDArray[np.float64], aspect: float
) -> None:
    radius = 0.034 * min(1.0, np.sqrt(12 / max(len(places), 1)))
    for edge in parts.loops:
        node = parts.source[edge]
        axes.add_patch(
            Ellipse(
                tuple(places[node]),
                2 * radius,
                2 * radius * aspect,
                fill=False,
                linewidth=WIDEST * parts.share[edge],
                edgecolor=_color(parts, int(edge)),
                linestyle="solid" if parts.edge_kept[edge] else "dashed",
                zorder=3,
                gid=f"self-{node}",
            )
        )


def _draw_nodes(axes: Axes, parts: Relations, places: NDArray[np.float64]) -> None:
    size = _marker(len(places))
    for number, (x, y) in enumerate(places):
        axes.plot(
            x,
            y,
            marker="o",
            markersize=size,
            color=INK if not parts.blind[number] else MASKED,
            markeredgecolor=PAPER,
            markeredgewidth=0.8,
            zorder=4,
            gid=f"node-{number}",
        )
        axes.text(
            x,
            y,
            parts.names[number],
            color=PAPER,
            fontsize=size * 0.6,
            fontweight="bold",
            ha="center",
            va="center_baseline",
            zorder=5,
            parse_math=False,
            gid=f"name-{number}",
        )


def _marker(nodes: int) -> float:
    """Return the diameter of a node's marker in points."""
    return float(15 * min(1.0, np.sqrt(12 / max(nodes, 1))))


def _color(parts: Relations, edge: int) -> str:
    if not parts.edge_kept[edge]:
        return MASKED
    return POSITIVE if parts.edge_weight[edge] > 0 else NEGATIVE

"""Where in a face a class token looks, and what is hidden for it."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from graphforensics.data.face_graph import FaceGraph
from graphforensics.visualization.palette import INK, strength_colors
from graphforensics.visualization.stretch_contrast import stretch_contrast


def draw_class_attention(
    graph: FaceGraph, image: NDArray[np.uint8], axes: Axes | None = None
) -> Figure:
    """Colour each token's place by how much the class token looks at it.

    Places that training hides from the student are framed.

    Args:
        graph: A graph of a square grid of tokens in raster order with ``class_attention``, and
            perhaps ``place_kept``.
        image: The crop that the tokens are of, RGB.
        axes: Where to draw; a new figure by default.

    Shapes:
        ``image [H, W, 3]``, ``uint8``.

    Raises:
        ValueError: The graph has no class attention, or its nodes are no square grid.

    Example:
        >>> import torch
        >>> tokens = FaceGraph(x=torch.rand(4, 3), class_attention=torch.rand(4), kind="token")
        >>> draw_class_attention(tokens, np.zeros((64, 64, 3), dtype=np.uint8)).savefig("look.svg")
        ... # doctest: +SKIP
    """
    if "class_attention" not in graph:
        raise ValueError("'graph' must have 'class_attention'")
    looked = graph.class_attention.detach().double().cpu().numpy()
    side = math.isqrt(len(looked))
    if side * side != len(looked):
        raise ValueError(f"'graph' must have k * k nodes (got {len(looked)})")
    axes = axes or Figure(figsize=(4.4, 4.0), layout="constrained").add_subplot()
    grey = (stretch_contrast(image) @ np.array([0.299, 0.587, 0.114]))[..., None].repeat(3, axis=2)
    axes.imshow(grey, extent=(0, 1, 1, 0), gid="face")
    shown = axes.imshow(
        looked.reshape(side, side),
        cmap=strength_colors(),
        extent=(0, 1, 1, 0),
        alpha=0.5,
        gid="class-attention",
    )
    hidden = _frame_hidden(axes, graph, side)
    axes.set_axis_off()
    note = " (framed: hidden in training)" if hidden else ""
    axes.set_title(f"Where the class token looks{note}", fontsize=9, loc="left")
    bar = axes.figure.colorbar(shown, ax=axes, shrink=0.85, pad=0.02)
    bar.ax.tick_params(labelsize=7)
    bar.set_label("attention", fontsize=8)
    figure = axes.figure
    return figure if isinstance(figure, Figure) else figure.figure


def _frame_hidden(axes: Axes, graph: FaceGraph, side: int) -> bool:
    kept = graph.place_kept.cpu().numpy() if "place_kept" in graph else np.ones(side**2, np.bool_)
    inset = 0.06 / side
    for place in np.flatnonzero(~kept):
        row, column = divmod(int(place), side)
        corner = (column / side + inset, row / side + inset)
        width = 1 / side - 2 * inset
        axes.add_patch(
            Rectangle(
                corner,
                width,
                width,
                fill=False,
                edgecolor=INK,
                linewidth=1.6,
                gid=f"hidden-{place}",
            )
        )
    return not kept.all()

"""Which patches of a face are unlike the others."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.visualization.palette import strength_colors
from graphforensics.visualization.relations import relations
from graphforensics.visualization.stretch_contrast import stretch_contrast


def draw_patches(
    graph: FaceGraph | FaceGraphSequence, image: NDArray[np.uint8], axes: Axes | None = None
) -> Figure:
    r"""Colour each patch of a grid by how unlike all others it is.

    .. math:: u_i = 1 - \frac{1}{N - 1} \sum_{j \neq i} \hat{s}_{ij}

    Args:
        graph: A graph of a square grid of patches in raster order, with all its relations.
        image: The crop that the patches were cut from, RGB.
        axes: Where to draw; a new figure by default.

    Shapes:
        ``image [H, W, 3]``, ``uint8``.

    Raises:
        ValueError: The nodes are no square grid, or the graph's shapes are wrong.

    Example:
        >>> import torch
        >>> patches = FaceGraph.from_dense(torch.rand(4, 3), torch.rand(4, 4), kind="patch")
        >>> draw_patches(patches, np.zeros((64, 64, 3), dtype=np.uint8)).savefig("patches.svg")
        ... # doctest: +SKIP
    """
    parts = relations(graph)
    nodes = len(parts.names)
    side = math.isqrt(nodes)
    if side * side != nodes or nodes < 4:
        raise ValueError(f"'graph' must have k * k nodes, k at least 2 (got {nodes})")
    between = parts.source != parts.target
    alike = np.bincount(parts.target[between], parts.edge_weight[between], nodes) / (nodes - 1)
    axes = axes or Figure(figsize=(4.4, 4.0), layout="constrained").add_subplot()
    grey = (stretch_contrast(image) @ np.array([0.299, 0.587, 0.114]))[..., None].repeat(3, axis=2)
    axes.imshow(grey, extent=(0, 1, 1, 0), gid="face")
    shown = axes.imshow(
        (1 - alike).reshape(side, side),
        cmap=strength_colors(),
        extent=(0, 1, 1, 0),
        alpha=0.55,
        gid="patches",
    )
    axes.set_axis_off()
    axes.set_title("How unlike all others each patch is", fontsize=9, loc="left")
    bar = axes.figure.colorbar(shown, ax=axes, shrink=0.85, pad=0.02)
    bar.ax.tick_params(labelsize=7)
    bar.set_label("1 - mean similarity", fontsize=8)
    figure = axes.figure
    return figure if isinstance(figure, Figure) else figure.figure

"""What each region of a face graph looks at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray
from skimage.transform import resize

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.visualization.palette import INK, OUTLINE
from graphforensics.visualization.region_outline import region_outline
from graphforensics.visualization.relations import relations
from graphforensics.visualization.stretch_contrast import stretch_contrast


def draw_regions(
    graph: FaceGraph | FaceGraphSequence,
    image: NDArray[np.uint8],
    figure: Figure | SubFigure | None = None,
    names: Sequence[str] | None = None,
    columns: int = 6,
) -> Figure | SubFigure:
    """Draw one small face for each region, bright where the region looks.

    Args:
        graph: A graph with ``attention``, or a sequence, which is averaged over time.
        image: The crop that the attention refers to, RGB.
        figure: Where to draw; a new figure by default.
        names: Name of each node, their region numbers by default.
        columns: At most so many faces in a row.

    Shapes:
        ``image [H, W, 3]``, ``uint8``.

    Raises:
        ValueError: The graph has no attention, or its shapes are wrong.
    """
    parts = relations(graph, names)
    if parts.attention is None:
        raise ValueError("'graph' has no attention: its regions cannot be shown")
    count = len(parts.names)
    rows = max(-(-count // columns), 1)
    columns = max(-(-count // rows), 1)  # rows of about equal length
    if figure is None:
        figure = Figure(figsize=(columns, 1.25 * rows + 0.4), layout="constrained")
    figure.suptitle(
        f"Where each {parts.word} looks (line: half its peak)", fontsize=9, x=0.01, ha="left"
    )
    cells = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in cells:
        axes.set_axis_off()
        axes.set_anchor("N")
    small = _thumbnail(image)
    for number, (axes, attention) in enumerate(zip(cells, parts.attention, strict=False)):
        note = " (nowhere)" if parts.blind[number] else ""
        _draw_region(axes, small, attention, number)
        axes.set_title(f"{parts.names[number]}{note}", fontsize=8, pad=2, parse_math=False)
    return figure


def _thumbnail(image: NDArray[np.uint8], side: int = 112) -> NDArray[np.float64]:
    shape = (side, side, 3)
    small = resize(stretch_contrast(image), shape, anti_aliasing=True)
    return np.asarray(small, dtype=np.float64)


def _draw_region(
    axes: Axes, image: NDArray[np.float64], attention: NDArray[np.float64], number: int
) -> None:
    peak = attention.max(initial=0)
    light = attention / peak if peak > 0 else attention
    light = resize(light, image.shape[:2], order=1, mode="edge")
    axes.imshow(image * (0.3 + 0.7 * light[..., None]), extent=(0, 1, 1, 0), gid=f"region-{number}")
    for line in region_outline(attention):
        axes.plot(*line.T, color=INK, linewidth=2.0, alpha=0.5)
        axes.plot(*line.T, color=OUTLINE, linewidth=1.1)
    axes.set(xlim=(0, 1), ylim=(1, 0))

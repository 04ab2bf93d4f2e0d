"""The whole picture of one person: face graph, relations, regions, and time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.visualization.draw_class_attention import draw_class_attention
from graphforensics.visualization.draw_face_graph import draw_face_graph
from graphforensics.visualization.draw_over_time import draw_over_time
from graphforensics.visualization.draw_patches import draw_patches
from graphforensics.visualization.draw_regions import draw_regions
from graphforensics.visualization.draw_relation_matrix import draw_relation_matrix
from graphforensics.visualization.draw_scores import draw_scores
from graphforensics.visualization.relations import WORDS, relations

#: More regions than that are a grid that explains itself.
_MANY = 24


def draw_verdict(
    graph: FaceGraph | FaceGraphSequence,
    images: Sequence[NDArray[np.uint8]],
    title: str = "",
    probabilities: Sequence[float] | None = None,
    times: Sequence[float] | None = None,
    snippet: int | None = None,
    names: Sequence[str] | None = None,
    strongest: int | None = 24,
    figure: Figure | SubFigure | None = None,
    threshold: float = 0.5,
    band: tuple[float, float] | None = None,
    verdict: float | None = None,
    scores: Sequence[float] | None = None,
) -> Figure | SubFigure:
    """Draw the face graph, its relations, its regions and the verdict over time on one sheet.

    Args:
        graph: One person's graph, or sequence of one snapshot an image.
        images: The face in each snapshot, RGB, ``uint8``; of a single graph the one face.
        title: The head of the sheet.
        probabilities: Probability of forgery after each snapshot.
        times: Start of each snapshot in seconds.
        snippet: Draw this snapshot instead of the mean over all of them.
        names: Name of each node, their region numbers by default.
        strongest: Draw only so many edges between nodes, None for all.
        figure: Where to draw; a new figure by default.
        threshold: What the verdict was measured against.
        band: The probabilities that are inconclusive.
        verdict: The person's probability, the mean over all samples.
        scores: Probability of forgery of every sample; drawn where there is no verdict over time.

    Raises:
        ValueError: ``snippet`` is none of the sequence's, a shape is wrong, or there are not
            as many images as snapshots.
    """
    steps = len(graph) if isinstance(graph, FaceGraphSequence) else 1
    _check(steps, images, snippet)
    drawn, image = graph, images[steps // 2]
    if snippet is not None:
        image = images[snippet]
        drawn = graph[snippet] if isinstance(graph, FaceGraphSequence) else graph
    if figure is None:
        figure = Figure(figsize=sheet_size(graph, scores), layout="constrained")
    figure.suptitle(title, fontsize=13, fontweight="bold", parse_math=False)
    over_time = isinstance(graph, FaceGraphSequence) and steps > 1
    heights = _rows(over_time, bool(scores))
    parts = figure.subfigures(len(heights), 1, squeeze=False, height_ratios=heights)
    left, right = np.ravel(parts[0, 0].subfigures(1, 2, width_ratios=[1.15, 1]))
    axes = left.add_subplot()
    axes.set_title(_subject(steps, snippet), fontsize=9, loc="left")
    draw_face_graph(drawn, image, axes, names, strongest)
    _draw_right(drawn, image, right, names)
    if isinstance(graph, FaceGraphSequence) and over_time:
        pos = (
            graph.pos.detach().cpu().numpy()
            if "pos" in graph and graph.is_over_time("pos")
            else None
        )
        strip = parts[1, 0]
        draw_over_time(images, times, probabilities, pos, snippet, strip, threshold, band, verdict)
    if scores and not (over_time and probabilities is not None):
        axes = parts[-1, 0].add_subplot()
        axes.set_title("The probability of every sample", fontsize=9, loc="left")
        draw_scores(axes, scores, threshold, band, verdict, joined=False)
    return figure


def _check(steps: int, images: Sequence[NDArray[np.uint8]], snippet: int | None) -> None:
    if len(images) != steps:
        raise ValueError(f"'images' must hold {steps} faces, one a snapshot (got {len(images)})")
    if snippet is not None and not 0 <= snippet < steps:
        raise ValueError(f"'snippet' must be from 0 to {steps - 1} (got {snippet})")


def sheet_size(
    graph: FaceGraph | FaceGraphSequence, scores: Sequence[float] | None = None
) -> tuple[float, float]:
    """Return width and height in inches of the sheet that :func:`draw_verdict` makes."""
    over_time = isinstance(graph, FaceGraphSequence) and len(graph) > 1
    return (12.5, sum(_rows(over_time, bool(scores))))


def _subject(steps: int, snippet: int | None) -> str:
    if steps == 1:
        return "The face graph"
    which = f"mean of {steps} snippets" if snippet is None else f"snippet {snippet}"
    return f"The face graph, {which}"


def _rows(over_time: bool, scores: bool) -> list[float]:
    """Return the heights of graph, strip and chart in inches."""
    if over_time:
        return [8.3, 3.1]
    return [8.1, 1.7] if scores else [8.1]


def _draw_right(
    graph: FaceGraph | FaceGraphSequence,
    image: NDArray[np.uint8],
    figure: SubFigure,
    names: Sequence[str] | None,
) -> None:
    parts = relations(graph, names)
    if parts.word == WORDS["patch"] and len(parts.source):
        above, below = np.ravel(np.array(figure.subfigures(2, 1)))
        draw_relation_matrix(graph, above.add_subplot(), names)
        draw_patches(graph, image, below.add_subplot())
        return
    if isinstance(graph, FaceGraph) and "class_attention" in graph:
        above, below = np.ravel(np.array(figure.subfigures(2, 1)))
        draw_relation_matrix(graph, above.add_subplot(), names)
        draw_class_attention(graph, image, below.add_subplot())
        return
    if parts.attention is None or len(parts.names) > _MANY:
        draw_relation_matrix(graph, figure.add_subplot(), names)
        return
    if not parts.edge_weight.any():
        draw_regions(graph, image, figure, names)
        return
    above, below = np.ravel(np.array(figure.subfigures(2, 1, height_ratios=[1.35, 1])))
    draw_relation_matrix(graph, above.add_subplot(), names)
    draw_regions(graph, image, below, names)

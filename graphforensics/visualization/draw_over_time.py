"""How a verdict grows from snippet to snippet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from graphforensics.visualization.draw_scores import draw_scores
from graphforensics.visualization.palette import INK, OUTLINE


def draw_over_time(
    images: Sequence[NDArray[np.uint8]],
    times: Sequence[float] | None = None,
    probabilities: Sequence[float] | None = None,
    pos: NDArray[np.floating] | None = None,
    shown: int | None = None,
    figure: Figure | SubFigure | None = None,
    threshold: float = 0.5,
    band: tuple[float, float] | None = None,
    verdict: float | None = None,
) -> Figure | SubFigure:
    """Draw one face for each snippet and, below it, the verdict on all seen up to there.

    Args:
        images: The face of each snippet, RGB, ``uint8``.
        times: Start of each snippet in seconds.
        probabilities: Probability of forgery after each snippet.
        pos: Centres of the regions in each snippet, ``[N, T, 2]``.
        shown: Number of the snippet that the rest of the picture shows, None for all.
        figure: Where to draw; a new figure by default.
        threshold: What the verdict was measured against.
        band: The probabilities that are inconclusive.
        verdict: The person's probability, the mean over all samples.

    Raises:
        ValueError: There are not as many times, probabilities or places as images, or no images.
    """
    _check(images, times, probabilities, pos)
    count = len(images)
    if figure is None:
        figure = Figure(figsize=(1.5 * count + 0.6, 3.0), layout="constrained")
    dots = "" if pos is None else "; the dots are its regions' centres"
    figure.suptitle(f"The face in each snippet{dots}", fontsize=9, x=0.01, ha="left")
    ratios = [1.0, 0.55] if probabilities is not None else [1.0]
    grid = figure.add_gridspec(len(ratios), count, height_ratios=ratios)
    for step, image in enumerate(images):
        axes = figure.add_subplot(grid[0, step])
        axes.imshow(image, extent=(0, 1, 1, 0), aspect=image.shape[0] / image.shape[1])
        axes.set_gid(f"snippet-{step}")
        axes.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(1, 0))
        axes.set_title(_title(step, times), fontsize=8, pad=3)
        if pos is not None:
            axes.plot(*pos[:, step].T, ".", color=OUTLINE, markeredgecolor=INK, markersize=5)
        if step == shown:
            axes.spines[:].set(linewidth=3, color=INK)
    if probabilities is not None:
        chart = figure.add_subplot(grid[1, :])
        draw_scores(chart, probabilities, threshold, band, verdict, "probability\nso far")
    return figure


def _check(
    images: Sequence[NDArray[np.uint8]],
    times: Sequence[float] | None,
    probabilities: Sequence[float] | None,
    pos: NDArray[np.floating] | None,
) -> None:
    if not images:
        raise ValueError("'images' is empty: there is no snippet to draw")
    steps = None if pos is None else range(pos.shape[1])
    for name, given in (("times", times), ("probabilities", probabilities), ("pos", steps)):
        if given is not None and len(given) != len(images):
            raise ValueError(f"'{name}' must hold {len(images)} snippets (got {len(given)})")


def _title(step: int, times: Sequence[float] | None) -> str:
    return f"snippet {step}" + ("" if times is None else f", {times[step]:.1f} s")

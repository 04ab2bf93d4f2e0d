"""Where in a face the score comes from, with times, scales and the score itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from numpy.typing import NDArray

from graphforensics.visualization.draw_scores import draw_scores
from graphforensics.visualization.heat_tiles import HEAT_COLORS, heat_tile

_HEAT = "What speaks for a forgery (Grad-CAM)"
_OWN = "The detector's own map of forged pixels"


def draw_heat(
    faces: Sequence[NDArray[np.uint8]],
    heat: Sequence[NDArray[np.floating]],
    times: Sequence[float] | None = None,
    own: Sequence[NDArray[np.floating]] | None = None,
    scores: Sequence[float] | None = None,
    threshold: float = 0.5,
    band: tuple[float, float] | None = None,
    verdict: float | None = None,
    title: str = "",
    joined: bool = True,
) -> Figure:
    """Draw faces side by side, below them their heat, and the scores against the threshold.

    Args:
        faces: RGB, ``uint8``.
        heat: Of every face, from 0 to 1, the brightest place of its sample.
        times: When each face is shown, in seconds.
        own: The detector's own probabilities of forged pixels.
        scores: Probability of forgery at every face, or after the run that it is of.
        threshold: What the verdict was measured against.
        band: The probabilities that are inconclusive.
        verdict: The probability that was reported.
        title: The head of the sheet.
        joined: Whether the scores follow each other in time.

    Shapes:
        ``faces``: each ``[H, W, 3]``; ``heat``, ``own``: each ``[h, w]``.

    Raises:
        ValueError: There is no face, or there are not as many of something as faces.
    """
    rows = [list(heat)] + ([] if own is None else [list(own)])
    _check(faces, rows, times)
    chart = bool(scores) or verdict is not None
    count, height = len(faces), len(rows) + 1
    wide = max(1.55 * count + 1.7, 5.6)
    figure = Figure(figsize=(wide, 1.75 * height + 0.5 + 1.7 * chart), layout="constrained")
    figure.suptitle(title, fontsize=11, fontweight="bold", x=0.01, ha="left", parse_math=False)
    grid = figure.add_gridspec(
        height + chart, count + 1, height_ratios=[1.0] * height + [0.9] * chart,
        width_ratios=[1.0] * count + [0.06],
    )  # fmt: skip
    names = ["The face", _HEAT, _OWN]
    for row in range(height):
        for column, face in enumerate(faces):
            axes = figure.add_subplot(grid[row, column])
            picture = face if row == 0 else heat_tile(face, rows[row - 1][column])
            _tile(axes, picture, f"{('face', 'heat', 'own')[row]}-{column}")
            if column == 0:
                axes.text(
                    0, 1.2 if row == 0 and times is not None else 1.03, names[row],
                    transform=axes.transAxes, fontsize=8.5, va="bottom",
                )  # fmt: skip
            if row == 0 and times is not None:
                axes.set_title(f"{times[column]:.2f} s", fontsize=8, pad=3)
        if row > 0:
            _scale(figure.add_subplot(grid[row, count]), row)
    if chart:
        below = figure.add_subplot(grid[height, :count])
        draw_scores(below, scores or [], threshold, band, verdict, "probability", joined)
    return figure


def _check(
    faces: Sequence[NDArray[np.uint8]],
    rows: Sequence[Sequence[NDArray[np.floating]]],
    times: Sequence[float] | None,
) -> None:
    if not faces:
        raise ValueError("'faces' is empty: there is nothing to draw")
    given = [("heat", rows[0]), *(("own", row) for row in rows[1:])]
    for name, values in [*given, ("times", times)]:
        if values is not None and len(values) != len(faces):
            raise ValueError(f"'{name}' must hold {len(faces)} entries (got {len(values)})")


def _tile(axes: Axes, picture: NDArray[np.uint8], gid: str) -> None:
    axes.imshow(picture)
    axes.set(xticks=[], yticks=[])
    axes.set_gid(gid)


def _scale(axes: Axes, row: int) -> None:
    bar = axes.figure.colorbar(ScalarMappable(cmap=HEAT_COLORS), cax=axes)
    bar.set_label("share of the sample's peak" if row == 1 else "probability", fontsize=7)
    bar.ax.tick_params(labelsize=7)
    axes.set_gid(f"scale-{row}")

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

_FACE = "The face"
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
    sheet = _Sheet(len(faces), len(rows) + 1, chart)
    sheet.head(title)
    for row, name in enumerate([_FACE, _HEAT, _OWN][: len(rows) + 1]):
        sheet.name(row, name)
        for column, face in enumerate(faces):
            picture = face if row == 0 else heat_tile(face, rows[row - 1][column])
            axes = sheet.tile(row, column, picture)
            if row == 0 and times is not None:
                axes.set_title(f"{times[column]:.2f} s", fontsize=8, pad=2)
        if row > 0:
            sheet.scale(row)
    if chart:
        draw_scores(sheet.chart(), scores or [], threshold, band, verdict, "probability", joined)
    return sheet.figure


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


class _Sheet:
    """Places in inches, so that faces have one size whatever their number."""

    _side, _gap, _left, _right, _name, _head, _chart = 1.5, 0.08, 1.15, 0.8, 0.42, 0.4, 1.75

    def __init__(self, columns: int, rows: int, chart: bool) -> None:
        self._columns = columns
        across = columns * (self._side + self._gap)
        self._wide = max(self._left + across + self._right, 5.8)
        self._high = self._head + rows * (self._side + self._name) + self._chart * chart
        self.figure = Figure(figsize=(self._wide, self._high))

    def head(self, title: str) -> None:
        self._text(0.12, self._high - 0.28, title, 11, "bold")

    def name(self, row: int, text: str) -> None:
        self._text(self._left, self._bottom(row) + self._side + 0.2 * (row == 0) + 0.06, text, 8.5)

    def tile(self, row: int, column: int, picture: NDArray[np.uint8]) -> Axes:
        left = self._left + column * (self._side + self._gap)
        axes = self._axes(left, self._bottom(row), self._side, self._side)
        axes.imshow(picture)
        axes.set(xticks=[], yticks=[])
        axes.set_gid(f"{('face', 'heat', 'own')[row]}-{column}")
        return axes

    def scale(self, row: int) -> None:
        left = self._left + self._columns * (self._side + self._gap) + 0.04
        axes = self._axes(left, self._bottom(row), 0.09, self._side)
        bar = self.figure.colorbar(ScalarMappable(cmap=HEAT_COLORS), cax=axes)
        bar.set_label("share of the sample's peak" if row == 1 else "probability", fontsize=7)
        bar.ax.tick_params(labelsize=7)
        axes.set_gid(f"scale-{row}")

    def chart(self) -> Axes:
        across = self._columns * (self._side + self._gap) - self._gap
        return self._axes(self._left, 0.3, across, self._chart - 0.55)

    def _bottom(self, row: int) -> float:
        return self._high - self._head - (row + 1) * (self._side + self._name)

    def _axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        wide, high = self._wide, self._high
        return self.figure.add_axes((left / wide, bottom / high, width / wide, height / high))

    def _text(self, x: float, y: float, text: str, size: float, weight: str = "normal") -> None:
        self.figure.text(
            x / self._wide,
            y / self._high,
            text,
            fontsize=size,
            fontweight=weight,
            parse_math=False,
        )

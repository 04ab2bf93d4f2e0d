"""An explanation of one verdict on one sheet."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from graphforensics.visualization.palette import INK, MASKED, NEGATIVE, POSITIVE, relation_colors

Values = NDArray[np.float64]


def draw_explanation(
    face: NDArray[np.uint8],
    heat: Values | None = None,
    nodes: Values | None = None,
    edges: Values | None = None,
    time: Values | None = None,
    pos: Values | None = None,
    edge_index: NDArray[np.int64] | None = None,
    notes: Mapping[str, str] | None = None,
    title: str = "",
    relations: int = 12,
) -> Figure:
    """Draw the face, its heat, what regions and relations add, and what each moment adds.

    Orange speaks for a forgery, blue against it; each panel has its own scale. Where there is
    nothing to draw, the panel says why.

    Args:
        face: RGB, ``uint8``.
        heat: Of each pixel; white is 0.
        nodes: What each region adds to the logit.
        edges: What each relation adds to the logit.
        time: What each snippet or frame adds to the logit.
        pos: Where the nodes lie, x then y, from 0 to 1.
        edge_index: Source and target of each relation.
        notes: Why ``"pixels"``, ``"nodes"``, ``"edges"`` or ``"time"`` are not there.
        title: The head of the sheet.
        relations: At most so many of the strongest relations are drawn. Default: 12.

    Shapes:
        ``face [H, W, 3]``, ``heat [h, w]``, ``nodes [N]``, ``edges [E]``, ``time [T]``, ``pos
        [N, 2]``, ``edge_index [2, E]``.

    Raises:
        ValueError: ``face`` is no RGB picture.
    """
    if face.ndim != 3 or face.shape[2] != 3 or face.dtype != np.uint8:
        raise ValueError(f"'face' must be [H, W, 3] uint8 (got {face.shape} {face.dtype})")
    notes = {} if notes is None else notes
    figure = Figure(figsize=(12.8, 3.8), layout="constrained")
    figure.suptitle(title, fontsize=11, fontweight="bold", x=0.01, ha="left", parse_math=False)
    cells = figure.subplots(1, 4)
    for axes in cells:
        axes.set_box_aspect(1)
        axes.set_anchor("N")
    _draw_face(cells[0], face)
    cells[0].set_title("The face that was judged", fontsize=9)
    _draw_heat(figure, cells[1], face, heat, notes.get("pixels", ""))
    _draw_graph(figure, cells[2], face, (nodes, edges), (pos, edge_index), notes, relations)
    _draw_time(cells[3], time, notes.get("time", ""))
    return figure


def _draw_face(axes: Axes, face: NDArray[np.uint8], faded: bool = False) -> None:
    if faded:
        grey = 0.45 + 0.55 * (face @ np.array([0.299, 0.587, 0.114])) / 255
        face = np.repeat((255 * grey).astype(np.uint8)[..., None], 3, axis=2)
    axes.imshow(face, extent=(0, 1, 1, 0), gid="face")
    axes.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(1, 0))


def _draw_heat(
    figure: Figure, axes: Axes, face: NDArray[np.uint8], heat: Values | None, note: str
) -> None:
    axes.set_title("Pixels: what speaks for a forgery", fontsize=9)
    if heat is None:
        return _say(axes, note)
    _draw_face(axes, face, faded=True)
    scale = _scale(heat)
    axes.imshow(
        heat, extent=(0, 1, 1, 0), cmap=relation_colors(), norm=scale, alpha=0.6, gid="heat",
        interpolation="bilinear",
    )  # fmt: skip
    _bar(figure, axes, scale, "heat")
    return None


def _draw_graph(
    figure: Figure,
    axes: Axes,
    face: NDArray[np.uint8],
    values: tuple[Values | None, Values | None],
    geometry: tuple[Values | None, NDArray[np.int64] | None],
    notes: Mapping[str, str],
    relations: int,
) -> None:
    axes.set_title("Regions and relations: what each adds", fontsize=9)
    nodes, edges = values
    pos, ends = geometry
    if pos is None or (nodes is None and edges is None):
        return _say(axes, notes.get("nodes", ""))
    _draw_face(axes, face, faded=True)
    scale = _scale(*(part for part in values if part is not None))
    if edges is not None and ends is not None:
        _draw_relations(axes, edges, pos, ends, scale, relations)
    shade = np.zeros(len(pos)) if nodes is None else nodes
    axes.scatter(
        pos[:, 0], pos[:, 1], c=shade, cmap=relation_colors(), norm=scale,
        s=70 if len(pos) <= 30 else 22, edgecolors=INK, linewidths=0.6, zorder=3, gid="nodes",
    )  # fmt: skip
    _bar(figure, axes, scale, "added to the logit")
    return None


def _draw_relations(
    axes: Axes,
    edges: Values,
    pos: Values,
    ends: NDArray[np.int64],
    scale: Normalize,
    relations: int,
) -> None:
    between = np.flatnonzero((ends[0] != ends[1]) & (edges != 0))
    strongest = between[np.argsort(np.abs(edges[between]), kind="stable")][-relations:]
    peak = np.abs(edges[strongest]).max(initial=0)
    for number in strongest:
        line = pos[ends[:, number]]
        wide = 0.6 + 3 * abs(edges[number]) / peak
        colour = relation_colors()(scale(edges[number]))
        axes.plot(*line.T, color=INK, linewidth=wide + 1, alpha=0.45, zorder=1)
        axes.plot(*line.T, color=colour, linewidth=wide, zorder=2, gid=f"relation-{number}")


def _draw_time(axes: Axes, time: Values | None, note: str) -> None:
    axes.set_title("Time: what each moment adds", fontsize=9)
    if time is None:
        return _say(axes, note)
    steps = np.arange(1, len(time) + 1)
    colours = [POSITIVE if value > 0 else NEGATIVE for value in time]
    axes.bar(steps, time, color=colours, gid="time")
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_xticks(steps)
    axes.tick_params(labelsize=7)
    axes.set_xlabel("snippet or frame", fontsize=8)
    axes.set_ylabel("added to the logit", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return None


def _say(axes: Axes, note: str) -> None:
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_color(MASKED)
    text = textwrap.fill(note or "not asked for", 28)
    axes.text(
        0.5, 0.5, text, ha="center", va="center", fontsize=9, color=INK, parse_math=False,
        transform=axes.transAxes,
    )  # fmt: skip


def _scale(*values: Values) -> Normalize:
    """Return a scale around 0; heat that is nowhere different from 0 is white."""
    peak = max(float(np.abs(part).max(initial=0)) for part in values)
    return Normalize(-peak or -1.0, peak or 1.0)


def _bar(figure: Figure, axes: Axes, scale: Normalize, label: str) -> None:
    shown = ScalarMappable(norm=scale, cmap=relation_colors())
    # Beside the panel, so that all panels keep one size.
    bar = figure.colorbar(shown, cax=axes.inset_axes((1.03, 0, 0.045, 1)))
    bar.set_label(label, fontsize=7)
    bar.ax.tick_params(labelsize=7)

"""What the marks of a face graph mean."""

from __future__ import annotations

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from graphforensics.visualization.palette import INK, MASKED, NEGATIVE, OUTLINE, PAPER, POSITIVE
from graphforensics.visualization.relations import Relations


def relation_legend(
    axes: Axes,
    parts: Relations,
    drawn: NDArray[np.int64],
    widest: float,
    core: float | None,
    moved: bool,
) -> None:
    """Write a legend below ``axes`` with those marks only that occur in the picture.

    Args:
        axes: The picture.
        parts: What it shows.
        drawn: The edges between nodes that were drawn.
        widest: Width of the strongest edge in points.
        core: Share of its peak down to which attention is outlined, None without outlines.
        moved: Whether nodes were moved off their places.
    """
    word = parts.word
    seen = parts.attention is not None
    handles = [
        _node(f"{word}, at the centre of what it looks at" if seen else f"{word} of the face")
    ]
    if core is not None:
        named = f"{'an' if word.startswith('a') else 'a'} {word}"
        handles.append(
            _line(OUTLINE, 1.5, f"core of what {named} looks at ({100 * core:.0f} % of its peak)")
        )
    if moved:
        handles.append(_line(INK, 1.0, f"leads to the {word}'s true centre", ":"))
    if parts.blind.any():
        handles.append(_node(f"{word} that looks at nothing", MASKED))
    handles += _edges(parts, drawn, widest)
    axes.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.01),
        ncols=2,
        fontsize=8,
        frameon=False,
        title=_title(parts, drawn),
        title_fontsize=8.5,
    )


def _title(parts: Relations, drawn: NDArray[np.int64]) -> str:
    possible = len(parts.strongest(None))
    if possible == 0:
        return f"No relations between {parts.word}s"
    ways = "each the same both ways" if parts.symmetric else "the arrow points to the receiver"
    if len(drawn) < possible:
        return f"The {len(drawn)} strongest of {possible} relations; {ways}"
    return f"All {possible} relations; {ways}"


def _edges(parts: Relations, drawn: NDArray[np.int64], widest: float) -> list[Line2D]:
    loops = parts.loops
    shown = np.concatenate([drawn, loops]).astype(np.int64)
    edge_kept, edge_weight = parts.edge_kept[shown], parts.edge_weight[shown]
    handles = []
    if (edge_kept & (edge_weight > 0)).any():
        handles.append(_line(POSITIVE, 3, "positive relation"))
    if (edge_kept & (edge_weight < 0)).any():
        handles.append(_line(NEGATIVE, 3, "negative relation"))
    if (~edge_kept).any():
        handles.append(_line(MASKED, 3, "masked relation: hidden in training", "--"))
    if len(loops):
        handles.append(_ring(f"ring: the {parts.word}'s relation to itself"))
    low, top = parts.limits
    if top > 0 and len(shown):
        for share in (1.0, 0.25):
            strength = low + share * (top - low)
            handles.append(_line(INK, share * widest, f"strength {_number(strength)}"))
    return handles


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _line(color: str, width: float, label: str, style: Literal["-", "--", ":"] = "-") -> Line2D:
    return Line2D([], [], color=color, linewidth=width, linestyle=style, label=label)


def _node(label: str, color: str = INK) -> Line2D:
    return Line2D([], [], color=color, marker="o", markersize=9, linestyle="", label=label)


def _ring(label: str) -> Line2D:
    return Line2D(
        [],
        [],
        marker="o",
        markersize=9,
        markerfacecolor=PAPER,
        markeredgecolor=POSITIVE,
        markeredgewidth=2.5,
        linestyle="",
        label=label,
    )

"""A face graph as a small picture for notebooks: no image, no script, no library for drawing."""

from __future__ import annotations

import math
from html import escape

import torch
from torch import Tensor

#: Edges drawn at most, and side of the picture in pixels.
_EDGES, _SIDE = 24, 260
#: Orange is a positive, blue a negative relation; grey was masked.
_POSITIVE, _NEGATIVE, _MASKED = "#d55e00", "#0072b2", "#6b6b6b"


def graph_svg(
    pos: Tensor | None,
    edge_index: Tensor | None,
    edge_weight: Tensor | None,
    edge_kept: Tensor | None,
    nodes: int,
    title: str,
) -> str:
    """Draw nodes at their places and the strongest relations between them.

    A line is as wide as its relation is strong, dashed where it was masked; a pair of nodes has one
    line, of its stronger direction. Lines and words have the colour of the page's text.

    Args:
        pos: Places ``[N, 2]``, x then y, from 0 to 1; without them nodes lie on a circle.
        edge_index: Source and target ``[2, E]``.
        edge_weight: Strengths ``[E]``; 1 by default.
        edge_kept: False where a relation was masked ``[E]``.
        nodes: Number of nodes N.
        title: What is shown, for those who hear it.
    """
    places = _places(pos, nodes)
    lines = _lines(places, edge_index, edge_weight, edge_kept)
    dots = [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{6 if nodes <= 30 else 3}" fill="currentColor">'
        f"<title>node {number}</title></circle>"
        for number, (x, y) in enumerate(places)
    ]
    said = escape(title, quote=True)
    return (
        f'<svg role="img" aria-label="{said}" width="{_SIDE}" height="{_SIDE}" '
        f'viewBox="0 0 {_SIDE} {_SIDE}" xmlns="http://www.w3.org/2000/svg">'
        f'<rect x="0.5" y="0.5" width="{_SIDE - 1}" height="{_SIDE - 1}" fill="none" '
        f'stroke="currentColor" stroke-opacity="0.4"/>{"".join(lines)}{"".join(dots)}</svg>'
    )


def _places(pos: Tensor | None, nodes: int) -> list[tuple[float, float]]:
    circle = [
        (
            0.5 + 0.4 * math.sin(2 * math.pi * n / nodes),
            0.5 - 0.4 * math.cos(2 * math.pi * n / nodes),
        )
        for n in range(nodes)
    ]
    known = circle if pos is None else pos.detach().cpu().double().tolist()
    finite = [one if all(map(math.isfinite, one)) else circle[n] for n, one in enumerate(known)]
    return [(12 + (_SIDE - 24) * x, 12 + (_SIDE - 24) * y) for x, y in finite]


def _lines(
    places: list[tuple[float, float]],
    edge_index: Tensor | None,
    edge_weight: Tensor | None,
    edge_kept: Tensor | None,
) -> list[str]:
    if edge_index is None or edge_index.numel() == 0:
        return []
    ends = edge_index.detach().cpu().T.tolist()
    ones = torch.ones(len(ends))
    weight = (ones if edge_weight is None else edge_weight.detach().cpu().double()).tolist()
    kept = (ones if edge_kept is None else edge_kept.detach().cpu()).tolist()
    strongest: dict[tuple[int, int], int] = {}
    for number, (source, target) in enumerate(ends):
        pair = (min(source, target), max(source, target))
        if source == target or not math.isfinite(weight[number]) or weight[number] == 0:
            continue
        if pair not in strongest or abs(weight[number]) > abs(weight[strongest[pair]]):
            strongest[pair] = number
    order = sorted(strongest.values(), key=lambda number: abs(weight[number]))[-_EDGES:]
    peak = max((abs(weight[number]) for number in order), default=1.0)
    drawn = []
    for number in order:
        (x1, y1), (x2, y2) = (places[end] for end in ends[number])
        colour = _POSITIVE if weight[number] > 0 else _NEGATIVE
        dash = "" if kept[number] else ' stroke-dasharray="4 3"'
        drawn.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour if kept[number] else _MASKED}" stroke-opacity="0.8" '
            f'stroke-width="{0.8 + 4 * abs(weight[number]) / peak:.2f}"{dash}>'
            f"<title>{ends[number][0]} to {ends[number][1]}: {weight[number]:.3g}</title></line>"
        )
    return drawn

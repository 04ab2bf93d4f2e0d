"""Head, hair, ears, neck and shoulders of a drawn person."""

from __future__ import annotations

import numpy as np

from graphforensics.datasets.drawn.canvas import Canvas, Points, curve, lowered, mixed, shaded
from graphforensics.datasets.drawn.face_look import FaceLook
from graphforensics.datasets.drawn.face_shape import EXTRA_POINTS


def draw_body(canvas: Canvas, look: FaceLook, points: Points) -> None:
    """Draw what lies behind the face: long hair, shoulders, neck, ears.

    Args:
        canvas: Where to.
        look: Whose.
        points: What :func:`face_points` returned, in pixels of the canvas.
    """
    unit = canvas.unit
    chin = points[8]
    if look.style == "long":
        left = np.array([[-1.1, 2.2], [-1.27, 1.5], [-1.22, 0.7], [-1.12, 0.0], [-0.8, -0.7]])
        back = np.concatenate([left, left[::-1] * [-1, 1]])
        canvas.fill(curve(back) * unit + points[27], shaded(look.hair, 0.7), 1.0, 0.03)
    trunk = np.array([[-2.6, 3.6], [-2.3, 1.05], [-1.5, 0.62], [-0.62, 0.3]])
    trunk = np.concatenate([trunk, trunk[::-1] * [-1, 1]])
    place = np.array([chin[0] * 0.5 + points[27, 0] * 0.5, chin[1]])
    canvas.fill(trunk * unit + place, look.clothes, 1.0, 0.02)
    neck = np.array([[-0.66, -0.7], [-0.64, 0.3], [-0.3, 0.62]])
    neck = np.concatenate([neck, neck[::-1] * [-1, 1]]) * unit + chin
    canvas.fill(neck, shaded(look.skin, 0.72), 1.0, 0.02)
    under = np.array([0.6, 0.22]) * unit
    canvas.oval(lowered(chin, 0.03 * unit), under, shaded(look.skin, 0.42), 0.6, 0.09)
    for ear in points[EXTRA_POINTS["ears"]]:
        canvas.oval(ear, np.array([0.14, 0.3]) * unit, shaded(look.skin, 0.85), 1.0, 0.012)
        canvas.oval(ear, np.array([0.07, 0.18]) * unit, shaded(look.skin, 0.55), 0.5, 0.03)


def draw_head(canvas: Canvas, look: FaceLook, points: Points) -> None:
    """Draw the face's outline, its beard, and the hair on top."""
    outline = head_outline(points)
    canvas.fill(outline, look.skin, 1.0, 0.008)
    _draw_cheeks(canvas, look, points)
    if look.beard:
        _draw_beard(canvas, look, points)


def head_outline(points: Points) -> Points:
    """Return the outline of the head, jaw and skull, as a smooth polygon."""
    skull = points[EXTRA_POINTS["skull"]][::-1]
    return curve(np.concatenate([points[:17], skull[1:-1]]), closed=True, steps=4)


def draw_hair(canvas: Canvas, look: FaceLook, points: Points) -> None:
    """Draw the hair that frames the face."""
    if look.style == "bald":
        return
    skull = points[EXTRA_POINTS["skull"]]
    origin = points[27] + (points[8] - points[27]) * 0.05
    outer = origin + (skull - origin) * 1.13
    line = np.linspace(-1, 1, 17)
    height = {"short": 0.74, "long": 0.78, "fringe": 0.52, "parted": 0.76}[look.style]
    rim = height + (0.97 - height) * np.abs(line) ** 3
    if look.style == "parted":
        rim -= 0.2 * np.exp(-(((line - 0.45) / 0.35) ** 2))
    inner = origin + (skull - origin) * rim[:, None]
    lower = points[[0, 16]] + [[0, 0.3 * canvas.unit]] if look.style == "long" else points[[0, 16]]
    if look.style == "long":
        lower = lower + np.array([[-0.02, 0.9], [0.02, 0.9]]) * canvas.unit
    away = (lower - origin) * 1.08 + origin
    sides = away[:1], curve(outer), away[1:], lower[1:], curve(inner[::-1]), lower[:1]
    crown = np.concatenate(sides)
    canvas.fill(lowered(crown, 0.07 * canvas.unit), shaded(look.skin, 0.5), 0.5, 0.05)
    canvas.fill(crown, look.hair, 1.0, 0.015)
    _draw_strands(canvas, look, outer, inner)


def _draw_strands(canvas: Canvas, look: FaceLook, outer: Points, inner: Points) -> None:
    rng = np.random.default_rng(look.texture)
    place = np.sort(rng.uniform(0, 16, size=70))
    roots = np.stack([np.interp(place, np.arange(17), outer[:, axis]) for axis in (0, 1)], axis=1)
    tips = np.stack([np.interp(place, np.arange(17), inner[:, axis]) for axis in (0, 1)], axis=1)
    share = rng.uniform(0.0, 0.5, size=(70, 1))
    starts, ends = roots + share * (tips - roots), roots + (share + 0.45) * (tips - roots)
    lines = np.stack([starts, ends], axis=1)
    for part, factor in ((slice(0, None, 2), 0.6), (slice(1, None, 2), 1.35)):
        canvas.strands(list(lines[part]), shaded(look.hair, factor), 0.014, 0.5)


def _draw_cheeks(canvas: Canvas, look: FaceLook, points: Points) -> None:
    red = mixed(look.skin, (205.0, 92.0, 80.0), 0.4)
    for corner, wing in ((1, 31), (15, 35)):
        middle = points[corner] * 0.45 + points[wing] * 0.55
        canvas.oval(middle, np.array([0.24, 0.2]) * canvas.unit, red, 0.3, 0.09)
    bright = mixed(look.skin, (255.0, 250.0, 240.0), 0.3)
    forehead = points[27] * 0.3 + points[EXTRA_POINTS["skull"]][8] * 0.7
    canvas.oval(forehead, np.array([0.45, 0.22]) * canvas.unit, bright, 0.25, 0.15)
    for number in range(3 if look.lines > 0.6 else 0):
        middle = points[27] + (points[EXTRA_POINTS["skull"]][8] - points[27]) * (0.5 + 0.1 * number)
        ends = np.array([[-0.4, 0.02], [0, -0.02], [0.4, 0.02]]) * canvas.unit + middle
        canvas.stroke(curve(ends), shaded(look.skin, 0.6), 0.02, 0.35, 0.015)


def _draw_beard(canvas: Canvas, look: FaceLook, points: Points) -> None:
    shadow = mixed(shaded(look.hair, 0.7), look.skin, 0.25)
    inner = points[[12, 54, 52, 51, 50, 48, 4]] * 0.8 + points[33] * 0.2
    outline = np.concatenate([points[2:15], inner])
    canvas.fill(outline, shadow, 0.75 * look.beard, 0.06)

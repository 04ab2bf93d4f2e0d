"""Eyes, brows, nose and mouth of a drawn face."""

from __future__ import annotations

import numpy as np

from graphforensics.datasets.drawn.canvas import Canvas, Points, curve, lowered, mixed, ring, shaded
from graphforensics.datasets.drawn.face_look import FaceLook
from graphforensics.datasets.drawn.face_motion import FacePose
from graphforensics.datasets.drawn.face_shape import EXTRA_POINTS

_BLACK, _WHITE = (12.0, 10.0, 10.0), (255.0, 255.0, 255.0)


def draw_features(canvas: Canvas, look: FaceLook, pose: FacePose, points: Points) -> None:
    """Draw what lies within the face's outline.

    Args:
        canvas: Where to.
        look: Whose face.
        pose: At which moment.
        points: What :func:`face_points` returned, in pixels of the canvas.
    """
    _draw_sockets(canvas, look, points)
    irises = points[EXTRA_POINTS["irises"]]
    for first, brow, iris in ((36, 17, irises[0]), (42, 22, irises[1])):
        _draw_eye(canvas, look, pose, points[first : first + 6], iris)
        _draw_brow(canvas, look, points[brow : brow + 5])
    _draw_nose(canvas, look, points)
    _draw_mouth(canvas, look, points)
    if look.glasses:
        _draw_glasses(canvas, points)


def _draw_sockets(canvas: Canvas, look: FaceLook, points: Points) -> None:
    """Shadows that the brows and the cheeks cast."""
    dark = shaded(look.skin, 0.55)
    for eye, brow in ((slice(36, 42), slice(17, 22)), (slice(42, 48), slice(22, 27))):
        corners = points[eye]
        middle = (corners.mean(axis=0) * 2 + points[brow].mean(axis=0)) / 3
        canvas.oval(middle, np.array([0.27, 0.15]) * canvas.unit, dark, 0.42, 0.09)
        bag = lowered(corners.mean(axis=0), 0.17 * canvas.unit)
        canvas.oval(bag, np.array([0.2, 0.05]) * canvas.unit, dark, 0.16 + 0.12 * look.lines, 0.04)
    for wing, corner in ((31, 48), (35, 54)):
        side = np.sign(points[wing, 0] - points[33, 0])
        away = np.array([0.1 * side, 0.0]) * canvas.unit
        fold = np.stack([points[wing] + 0.4 * away, points[wing] + 1.6 * away, points[corner]])
        fold[1, 1] = (points[wing, 1] + points[corner, 1]) / 2
        fold[2] += [1.2 * away[0], -0.02 * canvas.unit]
        canvas.stroke(curve(fold), dark, 0.05, 0.25 + 0.35 * look.lines, 0.025)


def _draw_eye(canvas: Canvas, look: FaceLook, pose: FacePose, eye: Points, iris: Points) -> None:
    outline = curve(eye, closed=True)
    dark = mixed(shaded(look.skin, 0.35), _BLACK, 0.5)
    width = float(np.ptp(eye[:, 0]))
    opened = max(float(eye[4:6, 1].mean() - eye[1:3, 1].mean()), 1e-6)
    canvas.fill(outline, (226, 220, 216))
    radius = 0.25 * width
    centre = lowered(iris + np.array(pose.gaze) * radius, -0.04 * opened)
    for size, colour in ((1.0, shaded(look.iris, 0.6)), (0.82, look.iris), (0.42, _BLACK)):
        disc = centre + ring(24) * radius * size
        canvas.fill(_within(disc, eye), colour)
    if opened > 0.08 * canvas.unit:
        spark = centre + np.array([-0.3, -0.3]) * radius
        canvas.oval(spark, np.array([0.2, 0.2]) * radius, _WHITE, 0.9)
    upper = curve(eye[:4])
    canvas.stroke(lowered(upper, 0.02 * canvas.unit), dark, 0.06, 0.35, 0.02)
    canvas.stroke(upper, dark, 0.042, 0.95)
    canvas.stroke(curve(eye[[3, 4, 5, 0]]), shaded(look.skin, 0.5), 0.02, 0.6)
    crease = curve(lowered(eye[:4], -0.075 * canvas.unit))
    canvas.stroke(crease, shaded(look.skin, 0.5), 0.025, 0.6, 0.012)


def _within(disc: Points, eye: Points) -> Points:
    """Keep the iris between the lids."""
    order = np.argsort(eye[[0, 1, 2, 3], 0])
    top = np.interp(disc[:, 0], eye[[0, 1, 2, 3]][order, 0], eye[[0, 1, 2, 3]][order, 1])
    order = np.argsort(eye[[0, 5, 4, 3], 0])
    low = np.interp(disc[:, 0], eye[[0, 5, 4, 3]][order, 0], eye[[0, 5, 4, 3]][order, 1])
    inside: Points = np.stack([disc[:, 0], np.clip(disc[:, 1], top, np.maximum(top, low))], axis=1)
    return inside


def _draw_brow(canvas: Canvas, look: FaceLook, brow: Points) -> None:
    line = curve(brow)
    weight = 0.075 * look.brow_weight * canvas.unit
    taper = np.interp(np.linspace(0, 1, len(line)), [0, 0.3, 0.7, 1], [0.45, 1, 1, 0.45])
    band = np.stack([np.zeros(len(line)), weight * taper], axis=1)
    outline = np.concatenate([line - band, (line + band)[::-1]])
    colour = mixed(shaded(look.hair, 0.8), _BLACK, 0.2)
    canvas.fill(outline, colour, 0.8, 0.018)
    rng = np.random.default_rng(look.texture)
    places = rng.integers(0, len(line) - 1, size=26)
    lean = np.sign(brow[-1, 0] - brow[0, 0]) * np.sign(brow[2, 0] - brow[:, 0].mean() + 1e-9)
    starts = line[places] + band[places] * rng.uniform(-0.4, 1.0, size=(26, 1))
    ends = starts + np.stack([0.05 * lean * np.ones(26), -rng.uniform(0.03, 0.09, 26)], 1) * (
        canvas.unit
    )
    canvas.strands(list(np.stack([starts, ends], axis=1)), shaded(colour, 0.7), 0.01, 0.7)


def _draw_nose(canvas: Canvas, look: FaceLook, points: Points) -> None:
    dark, light = shaded(look.skin, 0.55), mixed(shaded(look.skin, 1.12), _WHITE, 0.25)
    for inner, wing in ((39, 31), (42, 35)):
        side = np.stack([points[inner] * 0.55 + points[27] * 0.45, points[28], points[30]])
        flank = np.concatenate([side, points[[wing]]])
        canvas.fill(flank, dark, 0.2, 0.05)
        rim = points[wing] + (points[wing] - points[33]) * [0.25, 0.0]
        bend = np.stack([lowered(rim, -0.13 * canvas.unit), rim, points[wing]])
        canvas.stroke(curve(bend), dark, 0.035, 0.6, 0.02)
    canvas.stroke(curve(points[27:31]), light, 0.08, 0.3, 0.035)
    canvas.oval(points[30], np.array([0.1, 0.08]) * canvas.unit, light, 0.4, 0.035)
    canvas.stroke(curve(points[31:36]), dark, 0.05, 0.55, 0.022)
    for wing, base in ((31, 32), (35, 34)):
        hole = lowered(points[wing] * 0.35 + points[base] * 0.65, -0.012 * canvas.unit)
        nostril = np.array([0.062, 0.034]) * canvas.unit * look.nose_width
        canvas.oval(hole, nostril, mixed(dark, _BLACK, 0.65), 0.9, 0.012)
    shadow = lowered(points[33], 0.06 * canvas.unit)
    canvas.oval(shadow, np.array([0.17, 0.05]) * canvas.unit, dark, 0.3, 0.03)


def _draw_mouth(canvas: Canvas, look: FaceLook, points: Points) -> None:
    outer, inner = points[48:60], points[60:68]
    gap = float(inner[6, 1] - inner[2, 1]) / canvas.unit
    if gap > 0.02:
        canvas.fill(inner, (48, 18, 20))
        teeth = np.concatenate([inner[:5], (inner[4:0:-1] * 0.55 + inner[[4, 5, 6, 7]] * 0.45)])
        canvas.fill(teeth, (222, 214, 204), 0.9)
    upper = np.concatenate([curve(outer[:7]), curve(inner[:5])[::-1]])
    lower = np.concatenate([curve(outer[[6, 7, 8, 9, 10, 11, 0]]), curve(inner[[0, 7, 6, 5, 4]])])
    canvas.fill(upper, shaded(look.lip, 0.82), 0.9, 0.01)
    canvas.fill(lower, look.lip, 0.9, 0.01)
    shine = (outer[9] + inner[6]) / 2
    light = mixed(look.lip, _WHITE, 0.4)
    canvas.oval(shine, np.array([0.12, 0.025]) * canvas.unit, light, 0.35, 0.02)
    seam = mixed(shaded(look.lip, 0.35), _BLACK, 0.4)
    canvas.stroke(curve(inner[:5]), seam, 0.022, 0.9)
    if gap > 0.02:
        canvas.stroke(curve(inner[[0, 7, 6, 5, 4]]), seam, 0.018, 0.7)
    dark = shaded(look.skin, 0.55)
    under = lowered(outer[9], 0.09 * canvas.unit)
    canvas.oval(under, np.array([0.22, 0.045]) * canvas.unit, dark, 0.4, 0.03)


def _draw_glasses(canvas: Canvas, points: Points) -> None:
    frame = (30.0, 26.0, 26.0)
    rims = []
    for eye in (slice(36, 42), slice(42, 48)):
        centre = lowered(points[eye].mean(axis=0), 0.04 * canvas.unit)
        square = ring(32)
        square = np.sign(square) * np.abs(square) ** 0.7
        rim = centre + square * np.array([0.34, 0.25]) * canvas.unit
        canvas.fill(rim, (205, 215, 225), 0.1)
        canvas.stroke(np.concatenate([rim, rim[:2]]), frame, 0.04, 0.95)
        rims.append(rim)
    canvas.stroke(np.stack([rims[0][0], rims[1][16]]), frame, 0.04, 0.95)
    canvas.stroke(
        np.stack([rims[0][16], lowered(points[0], -0.05 * canvas.unit)]), frame, 0.03, 0.9
    )
    canvas.stroke(
        np.stack([rims[1][0], lowered(points[16], -0.05 * canvas.unit)]), frame, 0.03, 0.9
    )

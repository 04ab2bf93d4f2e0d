"""Soft shapes on a picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from scipy.interpolate import CubicSpline

from graphforensics.datasets.drawn.face_look import Colour

Points = NDArray[np.float64]


class Canvas:
    """A picture that polygons with soft rims are laid onto.

    Args:
        image: RGB picture; drawn on in place.
        unit: Pixels of one half width of a face, in which blurs and line widths are given.
    """

    def __init__(self, image: Image.Image, unit: float) -> None:
        self.image = image
        self.unit = unit

    def fill(self, outline: Points, colour: Colour, alpha: float = 1.0, blur: float = 0.0) -> None:
        """Fill a polygon.

        Args:
            outline: Corners ``[n, 2]`` in pixels.
            colour: RGB bytes.
            alpha: Opacity from 0 to 1.
            blur: Standard deviation of the rim's softness, in units.
        """
        self._lay([outline], colour, alpha, blur, width=0)

    def stroke(
        self, line: Points, colour: Colour, width: float, alpha: float = 1.0, blur: float = 0.0
    ) -> None:
        """Draw an open line, ``width`` in units."""
        self._lay([line], colour, alpha, blur, width=max(1, round(width * self.unit)))

    def strands(
        self, lines: Sequence[Points], colour: Colour, width: float, alpha: float = 1.0
    ) -> None:
        """Draw many thin lines at once."""
        self._lay(lines, colour, alpha, 0.0, width=max(1, round(width * self.unit)))

    def oval(
        self, centre: Points, radius: Points, colour: Colour, alpha: float = 1.0, blur: float = 0.0
    ) -> None:
        """Fill an upright ellipse; ``radius`` ``[2]`` in pixels."""
        self.fill(centre + ring(24) * radius, colour, alpha, blur)

    def _lay(
        self, shapes: Sequence[Points], colour: Colour, alpha: float, blur: float, width: int
    ) -> None:
        softness = blur * self.unit
        reach = 3 * softness + width + 2
        places = np.concatenate(shapes)
        left, top = np.floor(np.maximum(places.min(axis=0) - reach, 0)).astype(int).tolist()
        high = np.minimum(places.max(axis=0) + reach + 1, self.image.size)
        right, bottom = np.ceil(high).astype(int).tolist()
        if right <= left or bottom <= top or alpha <= 0:
            return
        mask = Image.new("L", (right - left, bottom - top))
        pen = ImageDraw.Draw(mask)
        for shape in shapes:
            corners = [tuple(corner) for corner in (shape - (left, top)).tolist()]
            if width:
                pen.line(corners, fill=round(255 * alpha), width=width, joint="curve")
            else:
                pen.polygon(corners, fill=round(255 * alpha))
        if softness > 0.3:
            mask = mask.filter(ImageFilter.GaussianBlur(softness))
        red, green, blue = (round(min(max(value, 0), 255)) for value in colour)
        self.image.paste((red, green, blue), (left, top, right, bottom), mask)


def lowered(points: Points, distance: float) -> Points:
    """Move points down by ``distance`` pixels."""
    moved: Points = points + np.array([0.0, distance])
    return moved


def ring(count: int) -> Points:
    """Return points on the unit circle ``[count, 2]``."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def curve(points: Points, closed: bool = False, steps: int = 6) -> Points:
    """Lay a smooth line through points; it passes through each of them."""
    smooth: Points = _spline(len(points), closed, steps) @ points
    return smooth


@lru_cache(maxsize=64)
def _spline(count: int, closed: bool, steps: int) -> NDArray[np.float64]:
    """Return the matrix that turns knots into a line: a cubic spline is linear in its knots."""
    knots = np.eye(count)
    if closed:
        knots = np.concatenate([knots, knots[:1]])
    last = len(knots) - 1
    spline = CubicSpline(np.arange(last + 1), knots, bc_type="periodic" if closed else "natural")
    matrix: NDArray[np.float64] = spline(np.linspace(0, last, last * steps + 1))
    return matrix


def mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """Mix two colours; ``share`` of the second."""
    red, green, blue = (a + share * (b - a) for a, b in zip(colour, other, strict=True))
    return (red, green, blue)


def shaded(colour: Colour, factor: float) -> Colour:
    """Darken or brighten a colour."""
    red, green, blue = (min(255.0, value * factor) for value in colour)
    return (red, green, blue)

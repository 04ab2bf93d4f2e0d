"""Light, background and camera of a drawn video."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image


@dataclass(frozen=True)
class View:
    """The part of the scene that a picture shows.

    Args:
        corner: Left and top edge, in half widths of an average face.
        scale: Pixels a half width.
        size: Height and width of the picture in pixels.
    """

    corner: tuple[float, float]
    scale: float
    size: tuple[int, int]

    def pixels(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn places in the scene ``[n, 2]`` into pixels; the first pixel's middle is 0."""
        placed: NDArray[np.float64] = (points - np.array(self.corner)) * self.scale - 0.5
        return placed

    def finer(self, times: int) -> View:
        """Return the same part of the scene in more pixels."""
        height, width = self.size
        return View(self.corner, self.scale * times, (height * times, width * times))


class Scene:
    """Where a video was taken; the same for all its frames.

    Args:
        rng: Draws everything; equal generators give equal scenes.
    """

    #: Part of the scene that the background covers: left, top, right, bottom.
    bounds = (-6.0, -5.0, 6.0, 7.0)

    def __init__(self, rng: np.random.Generator) -> None:
        angle, height = rng.uniform(-1.1, 1.1), rng.uniform(-0.8, -0.1)
        light = np.array([np.sin(angle), height, 0.6 + 0.5 * np.cos(angle)])
        #: Unit vector towards the light: right, down, towards the viewer.
        self.light: NDArray[np.float64] = light / np.linalg.norm(light)
        self.ambient = float(rng.uniform(0.5, 0.75))
        warmth = rng.uniform(-0.06, 0.06)
        #: Factor of red, green and blue.
        self.tint: NDArray[np.float64] = np.array([1 + warmth, 1.0, 1 - warmth])
        self.noise = float(rng.uniform(1.0, 3.0))
        self._wall = _wall(rng)

    def background(self, view: View) -> Image.Image:
        """Return the background of a view."""
        left, top, right, bottom = self.bounds
        width, height = self._wall.size
        across, down = width / (right - left), height / (bottom - top)
        x, y = (view.corner[0] - left) * across, (view.corner[1] - top) * down
        steps = (across / view.scale, 0.0, x, 0.0, down / view.scale, y)
        size = view.size[::-1]
        return self._wall.transform(size, Image.Transform.AFFINE, steps, Image.Resampling.BILINEAR)


def _wall(rng: np.random.Generator) -> Image.Image:
    """A blurred room: large soft blobs over a gradient, and a few upright edges."""
    base = rng.uniform(50, 200) + rng.normal(0, 8, size=3)
    blobs = rng.normal(0, 7, size=(5, 5, 3)) + rng.normal(0, 20, size=(5, 5, 1))
    room = np.clip(base + blobs, 8, 247).astype(np.uint8)
    wall = Image.fromarray(room).resize((192, 192), Image.Resampling.BICUBIC)
    pixels = np.asarray(wall).astype(np.float32)
    for _ in range(rng.integers(1, 4)):
        left = int(rng.integers(0, 170))
        pixels[:, left : left + int(rng.integers(6, 50))] += rng.normal(0, 22)
    pixels += rng.normal(0, 2.0, size=(192, 192, 1))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))

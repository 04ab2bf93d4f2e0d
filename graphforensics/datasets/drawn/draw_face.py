"""A drawn face in a scene, with its 68 landmarks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from graphforensics.datasets.drawn.canvas import Canvas, Points
from graphforensics.datasets.drawn.draw_features import draw_features
from graphforensics.datasets.drawn.draw_head import draw_body, draw_hair, draw_head, head_outline
from graphforensics.datasets.drawn.face_look import FaceLook
from graphforensics.datasets.drawn.face_motion import FacePose
from graphforensics.datasets.drawn.face_shape import face_points
from graphforensics.datasets.drawn.scene import Scene, View

# Pixels are drawn this many times finer, then averaged.
_FINER = 2


class Picture(NamedTuple):
    """A drawn face.

    Args:
        image: RGB ``[H, W, 3]``, ``uint8``.
        landmarks: ``[68, 2]``, x then y, in pixels of ``image``, dlib's order.
    """

    image: NDArray[np.uint8]
    landmarks: NDArray[np.float32]


def draw_face(look: FaceLook, pose: FacePose, scene: Scene, view: View, grain: int = 0) -> Picture:
    """Draw one frame.

    Args:
        look: Whose face.
        pose: At which moment.
        scene: Light and background.
        view: What the picture shows.
        grain: Seed of the sensor's noise; another one each frame.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> view = View(corner=(-1.6, -1.6), scale=40.0, size=(144, 128))
        >>> picture = draw_face(FaceLook.draw(rng), FacePose(), Scene(rng), view)
        >>> picture.image.shape, picture.landmarks.shape
        ((144, 128, 3), (68, 2))
    """
    fine = view.finer(_FINER)
    placed = face_points(look, pose)
    points = fine.pixels(placed)
    image = scene.background(fine)
    canvas = Canvas(image, fine.scale * pose.zoom)
    draw_body(canvas, look, points)
    draw_head(canvas, look, points)
    draw_features(canvas, look, pose, points)
    draw_hair(canvas, look, points)
    small = image.resize(view.size[::-1], Image.Resampling.BOX)
    own = view.pixels(placed)
    pixels = np.asarray(small, dtype=np.float32) * _light(own, pose, scene, view)[..., None]
    pixels *= scene.tint.astype(np.float32)
    rng = np.random.default_rng([look.texture, grain])
    pixels += rng.normal(0, scene.noise, size=(*view.size, 1)).astype(np.float32)
    return Picture(np.clip(np.rint(pixels), 0, 255).astype(np.uint8), own[:68].astype(np.float32))


def _light(points: Points, pose: FacePose, scene: Scene, view: View) -> NDArray[np.float32]:
    """Shade the head as if it were an ellipsoid; 1 beyond it."""
    unit = view.scale * pose.zoom
    height, width = view.size
    middle = points[27] * 0.72 + points[8] * 0.28
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (columns - middle[0]) / unit, (rows - middle[1]) / unit
    cos, sin = np.cos(pose.roll), np.sin(pose.roll)
    across, down = (x * cos + y * sin) / 1.12, (y * cos - x * sin) / 1.6
    deep = np.sqrt(np.clip(1 - across**2 - down**2, 0.02, 1))
    length = np.sqrt(across**2 + down**2 + deep**2)
    facing = (across * scene.light[0] + down * scene.light[1] + deep * scene.light[2]) / length
    shade = scene.ambient + (1.08 - scene.ambient) * np.clip(facing, 0, 1)
    mask = Image.new("L", (width, height))
    outline = [tuple(corner) for corner in head_outline(points).tolist()]
    ImageDraw.Draw(mask).polygon(outline, fill=255)
    weight = np.asarray(mask.filter(ImageFilter.GaussianBlur(0.03 * unit)), np.float32) / 255
    lit: NDArray[np.float32] = (1 + weight * (shade - 1)).astype(np.float32)
    return lit

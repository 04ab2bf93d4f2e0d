"""A partner's face, made to fit into one frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from graphforensics.regions.landmark_groups import LANDMARK_GROUPS
from graphforensics.tamper.fitted_face import FittedFace
from graphforensics.tamper.forged_face import window_around
from graphforensics.tamper.masks.face_mask import hull_mask, soften
from graphforensics.tamper.partner.face_pose import mouth_openness
from graphforensics.tamper.paste.blend_by_gradients import blend_by_gradients
from graphforensics.tamper.paste.bottleneck import bottleneck
from graphforensics.tamper.paste.face_colours import Colouring, FaceColours, match_colours
from graphforensics.tamper.paste.reduce_picture import reduce_picture
from graphforensics.tamper.paste.skin_mask import fill_polygon, skin_mask
from graphforensics.tamper.warp.control_points import control_points, face_triangles
from graphforensics.tamper.warp.piecewise_affine import piecewise_affine_map
from graphforensics.tamper.warp.sample_picture import sample_picture
from graphforensics.tamper.warp.thin_plate import thin_plate_map

Warping = Literal["affine", "thin_plate"]
Blending = Literal["feather", "poisson"]
#: Gaps between the lips, over the mouth's width, between which the mouth comes to count as open.
_OPENS = (0.04, 0.12)
#: The inner lips bend a thin plate spline wildly where they close.
_PLATE = (*range(60), *range(68, 102))
#: Bending that a thin plate spline is spared, so that it does not fold over.
_PLATE_SMOOTHING = 1e-3


@dataclass(frozen=True)
class SwapRecipe:
    """What is drawn for a swap.

    Args:
        warp: How the partner's face is moved.
        colour: How it takes on the target's colours.
        blend: How it is blended.
        forehead: How far above the brows it reaches, in distances from eye to brow.
        erosion: How far its rim is drawn in, in sides of the face's box.
        blur: Radius of the blur of its rim, in the same unit.
        bottleneck: Length in pixels of the partner's face at low resolution; ``None``: as it is.
    """

    warp: Warping
    colour: Colouring
    blend: Blending
    forehead: float
    erosion: float
    blur: float
    bottleneck: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as a dictionary that JSON takes."""
        return asdict(self)


class SourceFace(NamedTuple):
    """A partner's face in the size of the target's.

    Attributes:
        picture: RGB from 0 to 255 ``[H, W, 3]``.
        points: Points of the mesh in it ``[102, 2]``.
        colours: Those of its skin.
    """

    picture: NDArray[np.float32]
    points: NDArray[np.float64]
    colours: FaceColours


def prepare_source(
    image: NDArray[np.uint8],
    landmarks: NDArray[np.floating],
    shown: Sequence[NDArray[np.float64]],
    recipe: SwapRecipe,
) -> SourceFace:
    """Cut a partner's face out in the size of the target's, and take its detail away.

    Args:
        image: The partner's picture ``[H, W, 3]``.
        landmarks: Its landmarks.
        shown: Landmarks of the target, a frame each.
        recipe: Its ``bottleneck`` and ``forehead``.

    Raises:
        NoFaceError: The landmarks show no face in the picture.
    """
    points = np.asarray(landmarks, np.float64)
    (left, top), (height, width) = window_around(points, face_side(points), image.shape[:2])
    part = image[top : top + height, left : left + width].astype(np.float32)
    # A larger face is reduced first, for a warp that shrinks would alias.
    wanted = float(np.median([face_side(face) for face in shown]))
    scale = min(1.0, wanted / face_side(points))
    small = reduce_picture(part, scale)
    factors = np.array([small.shape[1] / width, small.shape[0] / height])
    points = (points - (left, top) + 0.5) * factors - 0.5
    if recipe.bottleneck is not None:
        small = bottleneck(small, face_side(points), recipe.bottleneck)
    colours = FaceColours.of(small, skin_mask(points, (small.shape[0], small.shape[1])))
    return SourceFace(small, control_points(points, recipe.forehead), colours)


def fit_face(
    image: NDArray[np.uint8],
    landmarks: NDArray[np.float64],
    source: SourceFace,
    colours: FaceColours,
    recipe: SwapRecipe,
) -> FittedFace:
    """Make a partner's face fit into a picture.

    Args:
        image: RGB ``[H, W, 3]``, ``uint8``.
        landmarks: 68 of the target ``[68, 2]``.
        source: The partner's face.
        colours: Those that it is to take on.
        recipe: How.

    Raises:
        NoFaceError: The face misses the picture, or is too small.
    """
    side = face_side(landmarks)
    points = control_points(landmarks, recipe.forehead)
    radius = max(2, round(recipe.blur * side))
    corner, size = window_around(points[:78], radius + 3.0, image.shape[:2])
    inner = points - corner
    warped = sample_picture(source.picture, _places(source.points, inner, size, recipe.warp))
    matched = match_colours(warped, source.colours, colours, recipe.colour)
    solid = hull_mask(np.concatenate([inner[:68], inner[68:78]]), size)
    mask = soften(solid, recipe.erosion * side + radius / 2, radius)
    if recipe.blend == "poisson":
        rows, columns = slice(corner[1], corner[1] + size[0]), slice(corner[0], corner[0] + size[1])
        matched = blend_by_gradients(matched, image[rows, columns], mask)
    return FittedFace(matched, mask * (1 - open_mouth(inner[:68], size)), corner)


def face_side(landmarks: NDArray[np.floating]) -> float:
    """Return the longer side of the landmarks' box in pixels."""
    return float(np.ptp(np.asarray(landmarks)[:68], axis=0).max())


def open_mouth(landmarks: NDArray[np.floating], size: tuple[int, int]) -> NDArray[np.float32]:
    """Draw the inside of an open mouth softly, ``[H, W]``; fainter the less it is open."""
    share = np.clip((mouth_openness(landmarks) - _OPENS[0]) / (_OPENS[1] - _OPENS[0]), 0, 1)
    inside = fill_polygon(landmarks[list(LANDMARK_GROUPS["inner_lips"])], size)
    if not share or not inside.any():
        return np.zeros(size, np.float32)
    spread = max(0.6, 0.01 * face_side(landmarks))
    return np.asarray(share * gaussian_filter(inside.astype(np.float32), spread), np.float32)


def _places(
    source: NDArray[np.float64], target: NDArray[np.float64], size: tuple[int, int], warp: Warping
) -> NDArray[np.float32]:
    if warp == "affine":
        return piecewise_affine_map(source, target, face_triangles(), size)
    knots = [torch.from_numpy(points[list(_PLATE)])[None] for points in (source, target)]
    places = thin_plate_map(knots[0], knots[1], size, smoothing=_PLATE_SMOOTHING)
    return np.asarray(places[0].float().numpy())

"""One frame of a face that another drives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter

from graphforensics.errors import NoFaceError
from graphforensics.tamper.driven.mouth_interior import MouthInterior, fill_mouth
from graphforensics.tamper.forged_face import ForgedFace, mix, window_around
from graphforensics.tamper.masks.face_mask import hull_mask
from graphforensics.tamper.paste.bottleneck import bottleneck
from graphforensics.tamper.warp.control_points import control_points, face_triangles
from graphforensics.tamper.warp.piecewise_affine import piecewise_affine_map
from graphforensics.tamper.warp.sample_picture import sample_picture

#: The lower face: jaw from below the ears, and base of the nose.
_LOWER = (*range(3, 14), *range(31, 36))
#: Share of a face's length that a generator's resolution counts as at most: with more of it a
#: small face would keep its camera noise, which no generator's output has.
_NOISE_FREE = 0.6


@dataclass(frozen=True)
class DriveRecipe:
    """What is drawn for a driven face.

    Args:
        whole_face: All of the face is replaced, not the lower half alone.
        strength: How far it moves for the driver's motion.
        start: Where in the driver's motion the clip begins, as a share of it.
        rim: How far the mask reaches beyond the hull, in sides of the face's box.
        blur: Standard deviation of the blur of its rim, in the same unit.
        bottleneck: Length of the face in pixels at low resolution, but no more than 0.6 of its own;
            ``None``: as it is.
    """

    whole_face: bool
    strength: float
    start: float
    rim: float
    blur: float
    bottleneck: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as a dictionary that JSON takes."""
        return asdict(self)


def drive_face(
    image: NDArray[np.uint8],
    own: NDArray[np.float64],
    wanted: NDArray[np.float64],
    interior: MouthInterior | None,
    recipe: DriveRecipe,
    beside: Sequence[tuple[NDArray[np.uint8], NDArray[np.float64]]] = (),
    shift: ArrayLike = 0.0,
) -> ForgedFace:
    """Warp a face so that its landmarks go where they are wanted.

    Args:
        image: RGB ``[H, W, 3]``, ``uint8``.
        own: Its landmarks ``[68, 2]``.
        wanted: Where they go.
        interior: What the open mouth shows, from another frame.
        recipe: How.
        beside: Frames before and after, with their landmarks: the face is the mean of all, each
            warped to where it is wanted, so that noise is lost and texture is not.
        shift: What is added to red, green and blue, ``[3]``.

    Raises:
        NoFaceError: The face misses the picture, or is too small.
    """
    side = float(np.ptp(own, axis=0).max())
    room = (recipe.rim + 3 * recipe.blur) * side + 3
    both = np.concatenate([own, wanted])
    corner, size = window_around(both, room, image.shape[:2])
    goal = wanted - corner
    # Forehead and surroundings stay where they are.
    target = np.concatenate([goal, control_points(own - corner)[68:]])
    views = [(image, own), *beside]
    moved = np.mean([_warped(*view, target, corner, size) for view in views], axis=0)
    moved = fill_mouth(moved.astype(np.float32), own - corner, goal, interior)
    if recipe.bottleneck is not None:
        moved = bottleneck(moved, side, min(recipe.bottleneck, max(8, round(_NOISE_FREE * side))))
    moved = moved + np.asarray(shift, np.float32)
    return mix(image, moved, _mask(own - corner, goal, size, side, recipe), corner)


def _warped(
    image: NDArray[np.uint8],
    points: NDArray[np.float64],
    target: NDArray[np.float64],
    corner: tuple[int, int],
    size: tuple[int, int],
) -> NDArray[np.float32]:
    """Read a window of a picture so that its mesh comes to lie on a target's."""
    (left, top), (height, width) = corner, size
    part = image[top : top + height, left : left + width].astype(np.float32)
    source = control_points(points - corner)
    places = piecewise_affine_map(source, target, face_triangles(), size)
    outside = np.isnan(places)
    places[outside] = np.stack(np.meshgrid(range(width), range(height)), axis=2)[outside]
    return sample_picture(part, places)


def _mask(
    own: NDArray[np.float64],
    wanted: NDArray[np.float64],
    size: tuple[int, int],
    side: float,
    recipe: DriveRecipe,
) -> NDArray[np.float32]:
    """Cover the face as it was and as it becomes, and a rim around both."""
    chosen = list(range(68) if recipe.whole_face else _LOWER)
    try:
        solid = hull_mask(np.concatenate([own[chosen], wanted[chosen]]), size)
    except NoFaceError:
        raise NoFaceError("the part of the face to be driven lies outside the picture") from None
    wide = distance_transform_edt(~solid) <= recipe.rim * side
    spread = recipe.blur * side
    # Cut off where the window ends.
    soft = gaussian_filter(wide.astype(np.float32), spread, truncate=2.5, mode="nearest")
    return np.asarray(soft)

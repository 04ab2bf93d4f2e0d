"""What is seen between opened lips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from graphforensics.regions.landmark_groups import LANDMARK_GROUPS
from graphforensics.tamper.forged_face import window_around
from graphforensics.tamper.partner.face_pose import mouth_openness
from graphforensics.tamper.paste.skin_mask import fill_polygon
from graphforensics.tamper.warp.piecewise_affine import piecewise_affine_map
from graphforensics.tamper.warp.sample_picture import sample_picture

_MOUTH, _INNER = list(LANDMARK_GROUPS["mouth"]), list(LANDMARK_GROUPS["inner_lips"])
#: Openness from which on a frame shows what is between the lips.
OPEN = 0.1
#: Colour of an empty mouth over that of the lips, red, green and blue.
_DARK = np.array([0.34, 0.22, 0.22])
#: A fan over the inner lips, from the right corner (64) to the left.
_FAN = tuple((0, place, place + 1) for place in range(1, 7))


class MouthInterior(NamedTuple):
    """The inside of a mouth, from a frame in which it is open.

    Attributes:
        picture: RGB from 0 to 255 around the mouth ``[H, W, 3]``.
        lips: The eight points of the inner lips in it ``[8, 2]``.
    """

    picture: NDArray[np.float32]
    lips: NDArray[np.float64]

    @classmethod
    def find(
        cls,
        frames: Iterable[NDArray[np.uint8]],
        landmarks: Sequence[NDArray[np.float64] | None],
        size: tuple[int, int],
    ) -> MouthInterior | None:
        """Look for the frame in which the mouth is open widest, all of it in the picture.

        Args:
            frames: RGB frames; drawn up to that frame only.
            landmarks: Those of each frame, ``None`` where there is no face.
            size: Height and width of the frames.

        Returns:
            ``None`` where the mouth is open in no frame.
        """
        opened = [_shown_openness(face, size) for face in landmarks]
        widest = int(np.argmax(opened))
        points = landmarks[widest]
        if points is None or opened[widest] < OPEN:
            return None
        image = next((frame for number, frame in enumerate(frames) if number == widest), None)
        if image is None:
            return None
        (left, top), (height, width) = window_around(points[_MOUTH], 3.0, image.shape[:2])
        part = image[top : top + height, left : left + width].astype(np.float32)
        return cls(part, points[_INNER] - (left, top))


def _shown_openness(face: NDArray[np.float64] | None, size: tuple[int, int]) -> float:
    """Return how far a mouth is open; 0 where it is not in the picture as a whole."""
    if face is None:
        return 0.0
    lips = face[_MOUTH]
    inside = (lips >= 0).all() and (lips <= np.array(size[::-1]) - 1).all()
    return mouth_openness(face) if inside else 0.0


def fill_mouth(
    picture: NDArray[np.float32],
    own: NDArray[np.float64],
    wanted: NDArray[np.float64],
    interior: MouthInterior | None,
) -> NDArray[np.float32]:
    """Draw the inside of a mouth that is opened farther than it was.

    Where the mouth was open already, what it showed has been stretched, and stays; the less
    of the wanted opening it had, the more of the other frame's interior shows instead, or of
    a dark one where no frame has an open mouth.

    Args:
        picture: The warped face, RGB from 0 to 255 ``[H, W, 3]``.
        own: Landmarks before the warp, ``[68, 2]``, in pixels of ``picture``.
        wanted: The same after it.
        interior: From a frame with an open mouth.
    """
    before, after = mouth_openness(own), mouth_openness(wanted)
    opened = np.clip((after - 0.3 * OPEN) / (0.5 * OPEN), 0, 1)
    lacking = np.clip((0.85 - before / max(after, 1e-6)) / 0.35, 0, 1)
    share = float(opened * lacking)
    size = (picture.shape[0], picture.shape[1])
    lips = wanted[_INNER]
    inside = fill_polygon(lips, size)
    if share == 0 or not inside.any():
        return picture
    spread = max(0.5, 0.015 * float(np.hypot(*(wanted[54] - wanted[48]))))
    weight = share * gaussian_filter(inside.astype(np.float32), spread)[..., None]
    filling = _dark(picture, wanted) if interior is None else _other(interior, lips, size)
    return np.asarray(picture + weight * (filling - picture), np.float32)


def _other(
    interior: MouthInterior, lips: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.float32]:
    """Warp the other frame's interior onto these lips."""
    # The soft rim reads a little beyond the lips: both outlines are widened alike.
    grown = [
        points.mean(axis=0) + 1.15 * (points - points.mean(axis=0))
        for points in (interior.lips, lips)
    ]
    places = piecewise_affine_map(grown[0], grown[1], _FAN, size)
    edge = np.isnan(places[..., 0])
    read = sample_picture(interior.picture, places)
    read[edge] = read[~edge].mean(axis=0) if (~edge).any() else 0
    return read


def _dark(picture: NDArray[np.float32], landmarks: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the colour of an empty mouth."""
    size = (picture.shape[0], picture.shape[1])
    lips = fill_polygon(landmarks[list(LANDMARK_GROUPS["outer_lips"])], size)
    lips &= ~fill_polygon(landmarks[_INNER], size)
    colour = picture[lips].mean(axis=0) if lips.any() else np.array([140.0, 90.0, 90.0])
    return np.broadcast_to(colour * _DARK, picture.shape).astype(np.float32)

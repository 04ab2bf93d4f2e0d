"""A face where it is to be pasted, and the frames of a clip with such faces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphforensics.errors import NoFaceError
from graphforensics.tamper.forged_face import ForgedFace, check_picture, mix, untouched
from graphforensics.tamper.paste.face_colours import FaceColours
from graphforensics.tamper.paste.skin_mask import skin_mask
from graphforensics.tamper.paste.steady_means import steady_means
from graphforensics.tamper.recipe.colour_drift import ColourDrift

#: Width in seconds of the window over which colours are smoothed: a generator's do not flicker.
_CALM = 1.0


class FittedFace(NamedTuple):
    """A face where it is to be pasted.

    Attributes:
        pixels: RGB from 0 to 255 in a window of the picture ``[h, w, 3]``.
        mask: Its share, from 0 to 1, ``[h, w]``.
        corner: Left and top of the window.
    """

    pixels: NDArray[np.float32]
    mask: NDArray[np.float32]
    corner: tuple[int, int]

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean colour, weighted by the mask, ``[3]``."""
        weight = self.mask[..., None].astype(np.float64)
        return np.asarray((self.pixels * weight).sum(axis=(0, 1)) / max(weight.sum(), 1e-6))

    def paste(self, image: NDArray[np.uint8], shift: ArrayLike = 0.0) -> ForgedFace:
        """Paste the face into its picture, all of it shifted in colour, ``[3]``."""
        shifted = self.pixels + np.asarray(shift, np.float32)
        return mix(image, shifted, self.mask, self.corner)


#: Makes a face fit into a frame, given the landmarks and the colours that it is to take on.
Fit = Callable[[NDArray[np.uint8], NDArray[np.float64], FaceColours], FittedFace]


def forge_fitted(
    frames: Iterable[NDArray[np.uint8]],
    steady: Sequence[NDArray[np.float64] | None],
    fit: Fit,
    rate: float,
    drift: ColourDrift,
) -> Iterator[ForgedFace]:
    """Paste a face into the frames of a clip so that its colours keep calm.

    Colours of the target are measured first and smoothed over a second; the mean of what is pasted
    then follows a smooth course, too, from which it drifts off as a generator's output does.

    Args:
        frames: RGB frames, anew each time they are iterated.
        steady: Smoothed landmarks of each, ``None`` where there is no face.
        fit: Makes the face of a frame.
        rate: Frames a second.
        drift: Shifts the colours.

    Yields:
        Forged frames; one without a face, or whose face misses the picture, is as it was.
    """
    seen = [_colours(image, points) for image, points in zip(frames, steady, strict=False)]
    colours = FaceColours.over_time(seen, rate, _CALM)
    fitted = (
        (image, _fitted(image, points, wanted, fit))
        for image, points, wanted in zip(frames, steady, colours, strict=False)
    )
    calm = steady_means(fitted, _mean, rate, _CALM)
    for number, ((image, face), shift) in enumerate(calm):
        yield untouched(image) if face is None else face.paste(image, shift + drift.at(number))


def _mean(pair: tuple[NDArray[np.uint8], FittedFace | None]) -> NDArray[np.float64] | None:
    return None if pair[1] is None else pair[1].mean


def _fitted(
    image: NDArray[np.uint8],
    points: NDArray[np.float64] | None,
    colours: FaceColours | None,
    fit: Fit,
) -> FittedFace | None:
    check_picture(image)
    if points is None or colours is None:
        return None
    try:
        return fit(image, points, colours)
    except NoFaceError:
        return None


def _colours(image: NDArray[np.uint8], points: NDArray[np.float64] | None) -> FaceColours | None:
    if points is None:
        return None
    try:
        skin = skin_mask(points, check_picture(image))
    except NoFaceError:
        return None
    return FaceColours.of(image, skin) if skin.any() else None

"""Forging a clip, frame by frame, by a family that works by landmarks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphforensics.errors import MissingDataError, NoFaceError
from graphforensics.tamper.family import ClipToForge, Image
from graphforensics.tamper.forged_face import FaceForgery, ForgedFace
from graphforensics.tamper.sources.clip_landmarks import PersonLandmarks
from graphforensics.tamper.sources.prepared_source import main_person


class LandmarkForger:
    """Forges the face that is seen most; all others stay as they are.

    Args:
        clip: What is to be forged.
        family: How.

    Raises:
        NoFaceError: There is no face, or the partner has none that the family can use.
    """

    def __init__(self, clip: ClipToForge, family: FaceForgery) -> None:
        if clip.partner is None:
            raise ValueError("'partner' must be given for a family that works by landmarks")
        self._person = main_person(clip.faces)
        try:
            self._frames, self._recipe = _start(clip, family, self._person)
        except MissingDataError as error:
            raise NoFaceError(str(error)) from error

    def forge(
        self, image: Image, number: int, faces: Sequence[PersonLandmarks]
    ) -> tuple[Image, Image]:
        """Return the next forged frame and its mask; frames come in order."""
        face = next(self._frames)
        return face.image, np.rint(face.mask * 255).astype(np.uint8)

    def described(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what was drawn and done, by person."""
        return {str(self._person): self._recipe}


def _start(
    clip: ClipToForge, family: FaceForgery, person: int
) -> tuple[Iterator[ForgedFace], dict[str, Any]]:
    if clip.partner is None:
        raise MissingDataError("no other source was given")
    points: list[NDArray[np.float32] | None] = [None] * clip.frames
    for number, landmarks in zip(*clip.track(person), strict=True):
        points[number] = landmarks
    rng = clip.rng(person)
    if not clip.is_still:
        made = family.forge_clip(clip.images, points, clip.partner, rng, clip.rate)
        return iter(made.frames), made.recipe
    if points[0] is None:
        raise NoFaceError("no face found")
    image = next(iter(clip.images))
    still = family.forge_still(image, points[0], clip.partner, rng)
    return iter([ForgedFace(still.image, still.mask)]), still.recipe

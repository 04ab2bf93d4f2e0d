"""Forging the frames of one clip so that they belong together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graphforensics.errors import NoFaceError
from graphforensics.tamper.files.clip_landmarks import PersonLandmarks
from graphforensics.tamper.self_blend.self_blend_recipe import SelfBlendRecipe
from graphforensics.tamper.self_blend.single import self_blend


class ClipForger:
    """Self-blends every face of a clip, each person after one recipe.

    The recipe holds for the whole clip; every frame varies it slightly
    (:meth:`SelfBlendRecipe.varied`), as the output of a face swap made frame by frame flickers.
    The target stays as it was filmed, so that the real counterpart is the recording itself.

    Args:
        entropy: Numbers that seed the recipes and their variation.
        partial: Forge a part of each face only: the regions of some action units are spared.
    """

    def __init__(self, entropy: Sequence[int], partial: bool = False) -> None:
        self._entropy = tuple(entropy)
        self._partial = partial
        self.recipes: dict[int, SelfBlendRecipe] = {}

    def forge(
        self, image: NDArray[np.uint8], number: int, faces: Sequence[PersonLandmarks]
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Forge one frame.

        Args:
            image: RGB frame ``[H, W, 3]``, ``uint8``.
            number: Frame number, which seeds the frame's variation.
            faces: Faces in it; one whose landmarks lie outside the frame stays as it is.

        Returns:
            The forged frame and its mask ``[H, W]``; without a face the frame and zeros.
        """
        forged = image
        mask = np.zeros(image.shape[:2], dtype=np.uint8)
        for face in faces:
            recipe = self._recipe(face.person).varied(self._rng(face.person, number + 1))
            try:
                result = self_blend(forged, face.landmarks, recipe=recipe)
            except NoFaceError:
                continue
            forged, mask = result.image, np.maximum(mask, result.mask)
        return forged, mask

    def _recipe(self, person: int) -> SelfBlendRecipe:
        if person not in self.recipes:
            rng = self._rng(person, 0)
            self.recipes[person] = SelfBlendRecipe.draw(rng, ("source",), self._partial)
        return self.recipes[person]

    def _rng(self, person: int, number: int) -> np.random.Generator:
        # Counted from the seed, not drawn one after the other: a frame's variation does not
        # depend on how many faces the frames before it had.
        return np.random.default_rng([*self._entropy, person, number])

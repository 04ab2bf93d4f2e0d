"""Forging the frames of one clip so that they belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphforensics.errors import NoFaceError
from graphforensics.tamper.recipe.frame_drift import FrameDrift
from graphforensics.tamper.recipe.self_blend_recipe import COURSES, SelfBlendRecipe, Strength
from graphforensics.tamper.self_blend.single import self_blend
from graphforensics.tamper.sources.clip_landmarks import PersonLandmarks

#: Streams of random numbers of a person; those of frames are their numbers and one.
_RECIPE, _DRIFT, _SMOOTH = 0, -1, -2
#: How many times smaller a face is made and enlarged again, so that the camera's noise is gone.
_SMOOTHING = (1.5, 2.2)


class SelfBlendForger:
    """Self-blends every face of a clip, each person after one recipe.

    The recipe holds for the whole clip; every frame varies it slightly
    (:meth:`SelfBlendRecipe.varied`) along slow random courses, as the output of a generator drifts.
    What is pasted has lost the camera's noise before: a generator's output has none. The target
    stays as it was filmed, so that the real counterpart is the recording itself.

    Args:
        entropy: Numbers that seed the recipes and their variation.
        partial: Forge a part of each face only: the regions of some action units are spared.
        strength: As in :meth:`SelfBlendRecipe.draw`.
        rate: Frames a second.
        is_still: It is one picture, of which nothing is smoothed.
    """

    def __init__(
        self,
        entropy: Sequence[int],
        partial: bool = False,
        strength: Strength = "mild",
        rate: float = 25.0,
        is_still: bool = False,
    ) -> None:
        self._strength = strength
        self._entropy = tuple(entropy)
        self._partial = partial
        self._rate = rate
        self._is_still = is_still
        self._drifts: dict[int, FrameDrift] = {}
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
            recipe = self._recipe(face.person).varied(
                self._drifts[face.person].at(number), self._rng(face.person, number + 1)
            )
            try:
                result = self_blend(forged, face.landmarks, recipe=recipe)
            except NoFaceError:
                continue
            forged, mask = result.image, np.maximum(mask, result.mask)
        return forged, mask

    def described(self) -> dict[str, dict[str, Any]]:
        """Return the recipe of each person, of which every frame has a slight variation."""
        return {str(person): recipe.to_dict() for person, recipe in self.recipes.items()}

    def _recipe(self, person: int) -> SelfBlendRecipe:
        if person not in self.recipes:
            rng = self._rng(person, _RECIPE)
            recipe = SelfBlendRecipe.draw(rng, ("source",), self._partial, self._strength)
            if not self._is_still:
                smoothing = float(self._rng(person, _SMOOTH).uniform(*_SMOOTHING))
                recipe = replace(recipe, smoothing=smoothing)
            self.recipes[person] = recipe
            self._drifts[person] = FrameDrift(self._rng(person, _DRIFT), COURSES, self._rate)
        return self.recipes[person]

    def _rng(self, person: int, number: int) -> np.random.Generator:
        # Counted from the seed, not drawn one after the other: a frame's variation does not
        # depend on how many faces the frames before it had.
        words = [*self._entropy, person, abs(number)]
        return np.random.default_rng([*words, 1] if number < 0 else words)

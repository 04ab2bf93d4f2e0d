"""Regenerating the faces of one clip so that its frames belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from graphforensics.tamper.family import ClipToForge, Image
from graphforensics.tamper.recipe.frame_drift import FrameDrift
from graphforensics.tamper.regenerate.regenerate import Regenerate
from graphforensics.tamper.regenerate.regenerate_recipe import RegenerateRecipe
from graphforensics.tamper.sources.clip_landmarks import PersonLandmarks
from graphforensics.tamper.warp.steady_faces import SteadyFaces

#: What colours drift by in the course of seconds, and from frame to frame, in levels of 255.
_DRIFT, _JITTER = 0.6, 0.27
#: Streams of random numbers of a person.
_RECIPE_STREAM, _DRIFT_STREAM, _FRAME_STREAM = 11, 12, 13


class RegenerateForger:
    """Regenerates every face of a clip, each person after one recipe.

    Colours drift slightly, as a generator's do; all else is the same in every frame.

    Args:
        clip: What is to be forged.
    """

    def __init__(self, clip: ClipToForge) -> None:
        self._clip = clip
        self._faces = SteadyFaces(clip)
        self._regenerate = Regenerate(clip.autoencoder)
        self._recipes: dict[int, RegenerateRecipe] = {}
        self._drifts: dict[int, FrameDrift] = {}

    def forge(
        self, image: Image, number: int, faces: Sequence[PersonLandmarks]
    ) -> tuple[Image, Image]:
        """Forge one frame; a face whose landmarks are not usable stays as it is."""
        forged = image
        mask = np.zeros(image.shape[:2], dtype=np.uint8)
        for face in faces:
            landmarks = self._faces.get(face.person, number)
            if landmarks is None:
                continue
            recipe = self._recipe(face.person, number)
            picture = torch.tensor(forged).permute(2, 0, 1)[None]
            made = self._regenerate(picture, torch.from_numpy(landmarks)[None], recipes=[recipe])
            forged = np.ascontiguousarray(made.forged[0].permute(1, 2, 0).numpy())
            mask = np.maximum(mask, made.mask_bytes[0, 0].numpy())
        return forged, mask

    def described(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the recipe of each person; colours drift about its ``rgb_shift``."""
        return {str(person): recipe.to_dict() for person, recipe in self._recipes.items()}

    def _recipe(self, person: int, number: int) -> RegenerateRecipe:
        clip = self._clip
        if person not in self._recipes:
            rng = clip.rng(person, _RECIPE_STREAM)
            self._recipes[person] = RegenerateRecipe.draw(rng, clip.autoencoder is not None)
            self._drifts[person] = FrameDrift(clip.rng(person, _DRIFT_STREAM), 4, clip.rate)
        recipe = self._recipes[person]
        if clip.is_still:
            return recipe
        drift = self._drifts[person].at(number) * _DRIFT
        jitter = clip.rng(person, _FRAME_STREAM, number).normal(0, _JITTER, 4)
        # One course is common to all three colours: light changes more than hue.
        away = (drift[:3] + jitter[:3]) / 2 + drift[3] + jitter[3]
        red, green, blue = (np.array(recipe.rgb_shift) + away).tolist()
        return replace(recipe, rgb_shift=(red, green, blue))

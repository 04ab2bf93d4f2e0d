"""Forging a photograph that was set in motion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch

from graphforensics.tamper.family import ClipToForge, Image
from graphforensics.tamper.moving_portrait.moving_portrait import MovingPortrait
from graphforensics.tamper.recipe.frame_drift import FrameDrift
from graphforensics.tamper.regenerate.regenerate import Regenerate
from graphforensics.tamper.regenerate.regenerate_recipe import RegenerateRecipe
from graphforensics.tamper.sources.clip_landmarks import PersonLandmarks

_DRIFT, _JITTER = 0.6, 0.27


class PortraitForger:
    """Draws the face of a moving portrait anew, from frames that have no noise.

    The face moves with the rest and lacks the camera's noise, as a generator's output does.

    Args:
        clip: What is to be forged; with the portrait.
    """

    def __init__(self, clip: ClipToForge) -> None:
        if not isinstance(clip.portrait, MovingPortrait):
            raise ValueError("'portrait' must be given for a moving portrait")
        self._clip, self._portrait = clip, clip.portrait
        self._regenerate = Regenerate(clip.autoencoder)
        self._recipe = RegenerateRecipe.draw(clip.rng(31), clip.autoencoder is not None)
        self._drift = FrameDrift(clip.rng(32), 3, clip.rate)

    def forge(
        self, image: Image, number: int, faces: Sequence[PersonLandmarks]
    ) -> tuple[Image, Image]:
        """Paste the face of the noiseless frame into the frame with noise."""
        jitter = self._clip.rng(33, number).normal(0, _JITTER, 3)
        away = self._drift.at(number) * _DRIFT + jitter
        red, green, blue = (np.array(self._recipe.rgb_shift) + away).tolist()
        recipe = replace(self._recipe, rgb_shift=(red, green, blue))
        landmarks = torch.from_numpy(self._portrait.landmarks(number))[None]
        clean = np.clip(np.rint(self._portrait.clean(number)), 0, 255).astype(np.uint8)
        source, target = (torch.tensor(one).permute(2, 0, 1)[None] for one in (clean, image))
        made = self._regenerate(source, landmarks, recipes=[recipe], target=target)
        forged = np.ascontiguousarray(made.forged[0].permute(1, 2, 0).numpy())
        return forged, made.mask_bytes[0, 0].numpy()

    def described(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the recipe, and the camera's noise."""
        return {"0": {**self._recipe.to_dict(), "noise": asdict(self._portrait.noise)}}

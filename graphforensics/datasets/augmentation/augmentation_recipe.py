"""The numbers of one draw of shared changes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from graphforensics.datasets.augmentation.levels import AugmentationLevel


@dataclass(frozen=True)
class AugmentationRecipe:
    """All that :func:`augment` does to a sample; equal recipes, equal changes.

    A change whose number is None, or 1 for the window, is not made.

    Args:
        window: Left, top and side of the window that is enlarged, as shares of the crop's side.
        rgb: Added to red, green and blue, in levels of 0 to 255.
        hue: Turn, as a share of the circle.
        saturation: Factor.
        brightness: Factor.
        contrast: Factor of the distance from the mean grey.
        downscale: Share of the side that the face is reduced to.
        blur: Standard deviation, as a share of the side.
        noise: Standard deviation in levels.
        noise_seed: Seed of the noise of the first frame; frame n has the seed plus n.
        jpeg: Quality.
        h264: Constant rate factor.
    """

    window: tuple[float, float, float] = (0.0, 0.0, 1.0)
    rgb: tuple[float, float, float] | None = None
    hue: float | None = None
    saturation: float | None = None
    brightness: float | None = None
    contrast: float | None = None
    downscale: float | None = None
    blur: float | None = None
    noise: float | None = None
    noise_seed: int = 0
    jpeg: int | None = None
    h264: int | None = None

    @classmethod
    def draw(
        cls, level: AugmentationLevel, rng: np.random.Generator, clip: bool = False
    ) -> AugmentationRecipe:
        """Draw a recipe.

        Every number is drawn whether or not its change is made, so that a change of one chance
        leaves the others' draws as they were.

        Args:
            level: Ranges and chances.
            rng: Source of randomness.
            clip: The sample shows consecutive frames, which H.264 may compress.
        """
        chances = rng.random(8)
        side = float(rng.uniform(*level.zoom)) if chances[0] < level.zoom_chance else 1.0
        left, top = (rng.random(2) * (1 - side)).tolist()
        red, green, blue = rng.uniform(-level.rgb, level.rgb, 3).tolist()
        hue = float(rng.uniform(-level.hue, level.hue))
        factors = [1 + float(rng.uniform(-reach, reach)) for reach in _factors(level)]
        downscale, blur, noise = (
            float(rng.uniform(*reach)) for reach in (level.downscale, level.blur, level.noise)
        )
        seed = int(rng.integers(2**31))
        jpeg = int(rng.integers(level.jpeg[0], level.jpeg[1] + 1))
        h264 = int(rng.integers(level.h264[0], level.h264[1] + 1))
        coded = clip and chances[7] < level.h264_chance
        return cls(
            window=(left, top, side),
            rgb=(red, green, blue) if chances[1] < level.rgb_chance else None,
            hue=hue if chances[2] < level.hue_chance else None,
            saturation=factors[0] if chances[2] < level.hue_chance else None,
            brightness=factors[1] if chances[3] < level.brightness_chance else None,
            contrast=factors[2] if chances[3] < level.brightness_chance else None,
            downscale=downscale if chances[4] < level.downscale_chance else None,
            blur=blur if chances[5] < level.blur_chance else None,
            noise=noise if chances[6] < level.noise_chance else None,
            noise_seed=seed,
            jpeg=jpeg if not coded and rng.random() < level.jpeg_chance else None,
            h264=h264 if coded else None,
        )

    def to_json(self) -> str:
        """Return the recipe as text, as a batch carries it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> AugmentationRecipe:
        """Build the recipe of :meth:`to_json`'s text."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in json.loads(text).items()
        }
        return cls(**values)


def _factors(level: AugmentationLevel) -> tuple[float, float, float]:
    return level.saturation, level.brightness, level.contrast

"""The numbers that make one self-blended forgery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

import numpy as np

from graphforensics.regions import ACTION_UNITS

Side = Literal["source", "target"]
Detail = Literal["downscale", "sharpen"]

#: Blend ratios to choose from: half of the forgeries replace the face, half let it shine through.
BLEND_RATIOS = (0.25, 0.5, 0.75, 1.0, 1.0, 1.0)
MAX_SHIFT = (0.03, 0.015)
MAX_SCALE = 0.05
# Limits of the other entries, and how often those are drawn that are not always. Those of colour
# were chosen by eye: hue, saturation and value act (those of the original code are in units in
# which they do not), and faces do not turn green.
# One shift for all three colours and a smaller one for each: the same on dark skin turns it purple.
RGB_SHIFT, COLOUR_SHIFT, RGB_SHIFT_CHANCE = 8.0, 4.0, 0.3
HUE, SATURATION, VALUE = 0.012, 0.2, 0.06
BRIGHTNESS, CONTRAST = 0.05, 0.1
SHARPEN, DOWNSCALE = (2.0, 4.0), (1.5, 3.0)
FOREHEAD, FOREHEAD_CHANCE = (0.5, 1.5), 0.75
ELASTIC, EROSION, BLUR = (0.003, 0.008), (0.01, 0.05), (0.01, 0.05)
# What one frame differs from the next in a forged clip: about as much as the frame-by-frame
# output of a face swap flickers. Standard deviations.
_FRAME_SHIFT = 0.0015
_FRAME_SCALE = 0.002
_FRAME_COLOUR = 0.8
_FRAME_BRIGHTNESS = 0.004


@dataclass(frozen=True)
class SelfBlendRecipe:
    """Everything that :func:`self_blend` does to one face; equal recipes, equal pixels.

    Lengths are shares of the face's crop, the landmarks' box enlarged 1.3 times.

    Args:
        side: Which of the two pseudo faces is changed in colour and detail: the
            ``"source"`` that is pasted, or the ``"target"`` that it is pasted into.
        rgb_shift: Added to the red, green and blue of 0 to 255.
        hue: Turn of the hue, as a share of the whole circle.
        saturation: Saturation is multiplied by one plus this.
        value: Value (the largest of red, green, blue) is multiplied by one plus this.
        brightness: Added to pixels in [0, 1].
        contrast: Distance from middle grey is multiplied by one plus this.
        detail: ``"downscale"`` (and up again) or ``"sharpen"``.
        strength: Factor of the down-scaling, or of the sharpening (1 changes nothing).
        shift: The source moves this far right and down.
        scale: The source grows by one plus this.
        forehead: How far the mask reaches above the brows, in distances from eye to brow.
        elastic: Standard deviation of the mask's elastic deformation.
        elastic_seed: Seed of its displacement field.
        erosion: How far the mask's rim is drawn in before it is blurred.
        blur: Radius of the Gaussian that softens the rim.
        ratio: Opacity of the source where the mask is 1.
        removed: Action units whose regions are cut out of the mask, named as in
            :data:`graphforensics.regions.ACTION_UNITS`.
    """

    side: Side = "source"
    rgb_shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    hue: float = 0.0
    saturation: float = 0.0
    value: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    detail: Detail = "downscale"
    strength: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    scale: float = 0.0
    forehead: float = 0.0
    elastic: float = 0.0
    elastic_seed: int = 0
    erosion: float = 0.02
    blur: float = 0.02
    ratio: float = 1.0
    removed: tuple[str, ...] = ()

    @classmethod
    def draw(
        cls,
        rng: np.random.Generator,
        sides: Sequence[Side] = ("source", "target"),
        partial: bool = False,
    ) -> SelfBlendRecipe:
        """Draw a recipe as self-blended images do.

        Args:
            rng: Source of randomness.
            sides: Sides to choose from; ``("source",)`` keeps the target as it was filmed.
            partial: Cut a random, non-empty set of action-unit regions out of the mask.

        Source:
            K. Shiohara and T. Yamasaki, Detecting deepfakes with self-blended images, CVPR 2022;
            for ``partial`` Bai et al., AUNet, CVPR 2023, section 3.3.
        """
        shifted = rng.random() < RGB_SHIFT_CHANCE
        rgb = rng.uniform(-COLOUR_SHIFT, COLOUR_SHIFT, 3) + _symmetric(rng, RGB_SHIFT)
        red, green, blue = (rgb * shifted).tolist()
        sharpened = rng.random() < 0.5
        return cls(
            side=sides[int(rng.integers(len(sides)))],
            rgb_shift=(red, green, blue),
            hue=_symmetric(rng, HUE),
            saturation=_symmetric(rng, SATURATION),
            value=_symmetric(rng, VALUE),
            brightness=_symmetric(rng, BRIGHTNESS),
            contrast=_symmetric(rng, CONTRAST),
            detail="sharpen" if sharpened else "downscale",
            strength=float(rng.uniform(*(SHARPEN if sharpened else DOWNSCALE))),
            shift=(_symmetric(rng, MAX_SHIFT[0]), _symmetric(rng, MAX_SHIFT[1])),
            scale=_symmetric(rng, MAX_SCALE),
            forehead=float(rng.uniform(*FOREHEAD)) if rng.random() < FOREHEAD_CHANCE else 0.0,
            elastic=float(rng.uniform(*ELASTIC)),
            elastic_seed=int(rng.integers(2**31)),
            erosion=float(rng.uniform(*EROSION)),
            blur=float(rng.uniform(*BLUR)),
            ratio=BLEND_RATIOS[int(rng.integers(len(BLEND_RATIOS)))],
            removed=_some_action_units(rng) if partial else (),
        )

    def varied(self, rng: np.random.Generator) -> SelfBlendRecipe:
        """Return the recipe of one frame of a clip that is forged with this one.

        Place and size of the source wander by some 0.2 % of the crop, its colour by about one
        level of 255; all else is the same in every frame.
        """
        red, green, blue = (np.array(self.rgb_shift) + rng.normal(0, _FRAME_COLOUR, 3)).tolist()
        right, down = self.shift
        return replace(
            self,
            rgb_shift=(red, green, blue),
            brightness=self.brightness + float(rng.normal(0, _FRAME_BRIGHTNESS)),
            shift=(
                _near(rng, right, _FRAME_SHIFT, MAX_SHIFT[0]),
                _near(rng, down, _FRAME_SHIFT, MAX_SHIFT[1]),
            ),
            scale=_near(rng, self.scale, _FRAME_SCALE, MAX_SCALE),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as a dictionary that JSON takes."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SelfBlendRecipe:
        """Build the recipe of :meth:`to_dict`'s dictionary, also after a trip through JSON.

        Raises:
            ValueError: A key or an action unit is not known.
        """
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise ValueError(f"unknown recipe entries {unknown}")
        entries: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
        strange = sorted(set(entries.get("removed", ())) - set(ACTION_UNITS))
        if strange:
            raise ValueError(f"'removed' must name action units (got {strange})")
        return cls(**entries)


def _some_action_units(rng: np.random.Generator) -> tuple[str, ...]:
    """Draw each with probability one half, and again where none was drawn."""
    while not (drawn := rng.random(len(ACTION_UNITS)) < 0.5).any():
        continue
    return tuple(name for name, taken in zip(ACTION_UNITS, drawn, strict=True) if taken)


def _symmetric(rng: np.random.Generator, limit: float) -> float:
    return float(rng.uniform(-limit, limit))


def _near(rng: np.random.Generator, centre: float, spread: float, limit: float) -> float:
    return float(np.clip(centre + rng.normal(0, spread), -limit, limit))

"""The numbers that make one self-blended forgery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from graphforensics.regions import ACTION_UNITS

Side = Literal["source", "target"]
Detail = Literal["downscale", "nearest", "sharpen"]
Strength = Literal["mild", "published"]

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
# What one frame of a forged clip differs from another, as standard deviations: courses that drift
# with the seconds, and a jitter that is new in every frame. With both the mean colour of a face
# flickers by 0.3 to 0.6 levels, as real swaps do.
_DRIFT_SHIFT, _DRIFT_SCALE = 0.0015, 0.002
_DRIFT_COLOUR, _DRIFT_BRIGHTNESS = 0.5, 0.003
_JITTER_COLOUR, _JITTER_BRIGHTNESS = 0.2, 0.0011

#: Courses of :class:`FrameDrift` that :meth:`SelfBlendRecipe.varied` reads.
COURSES = 7


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
        detail: ``"downscale"`` (and up again), ``"nearest"`` (the same without a low-pass filter:
            every so many-th pixel is taken) or ``"sharpen"``.
        strength: Factor of the down-scaling, or of the sharpening (1 changes nothing).
        gain: What is sharpened is also multiplied by this.
        shift: The source moves this far right and down.
        scale: The source grows by one plus this.
        stretch: Its height grows by one plus this in addition.
        forehead: How far the mask reaches above the brows, in distances from eye to brow.
        elastic: Standard deviation of the mask's elastic deformation.
        elastic_seed: Seed of its displacement field.
        erosion: How far the mask's rim is drawn in before it is blurred.
        blur: Radius of the Gaussian that softens the rim.
        ratio: Opacity of the source where the mask is 1.
        smoothing: What is pasted is made so many times smaller and enlarged again before all else:
            the camera's noise goes, as a generator's output has none.
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
    gain: float = 1.0
    stretch: float = 0.0
    smoothing: float = 1.0

    @classmethod
    def draw(
        cls,
        rng: np.random.Generator,
        sides: Sequence[Side] = ("source", "target"),
        partial: bool = False,
        level: Strength = "mild",
    ) -> SelfBlendRecipe:
        """Draw a recipe as self-blended images do.

        Args:
            rng: Source of randomness.
            sides: Sides to choose from; ``("source",)`` keeps the target as it was filmed.
            partial: Cut a random, non-empty set of action-unit regions out of the mask.
            level: ``"mild"``, with limits chosen by eye, or ``"published"``, with those of the
                authors' program.

        Raises:
            ValueError: Another word for ``level``.

        Source:
            K. Shiohara and T. Yamasaki, Detecting deepfakes with self-blended images, CVPR 2022;
            for ``partial`` Bai et al., AUNet, CVPR 2023, section 3.3.
        """
        check_strength(level)
        if level == "published":
            return _published(rng, sides, partial)
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

    def varied(self, drift: NDArray[np.float64], rng: np.random.Generator) -> SelfBlendRecipe:
        """Return the recipe of one frame of a clip that is forged with this one.

        Place and size of the source wander by some 0.2 % of the crop, its colour by about one
        level of 255 in the course of seconds and by a fifth of that from frame to frame; all else
        is the same in every frame.

        Args:
            drift: Numbers of the frame, :data:`COURSES` of them (:meth:`FrameDrift.at`).
            rng: The frame's own source of randomness.
        """
        shift, scale = drift[:2] * _DRIFT_SHIFT, float(drift[2]) * _DRIFT_SCALE
        colours = drift[3:6] * _DRIFT_COLOUR + rng.normal(0, _JITTER_COLOUR, 3)
        light = float(drift[6]) * _DRIFT_BRIGHTNESS + float(rng.normal(0, _JITTER_BRIGHTNESS))
        red, green, blue = (np.array(self.rgb_shift) + colours).tolist()
        right, down = (
            _near(centre, float(away), limit)
            for centre, away, limit in zip(self.shift, shift, MAX_SHIFT, strict=True)
        )
        return replace(
            self,
            rgb_shift=(red, green, blue),
            brightness=self.brightness + light,
            shift=(right, down),
            scale=_near(self.scale, scale, MAX_SCALE),
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


def _published(rng: np.random.Generator, sides: Sequence[Side], partial: bool) -> SelfBlendRecipe:
    from graphforensics.tamper.recipe.recipe_batch import RecipeBatch

    seed = torch.tensor([int(rng.integers(2**62))])
    (recipe,) = RecipeBatch.draw(seed, sides, partial, "published").recipes()
    return recipe


def check_strength(strength: str) -> None:
    """Raise ValueError unless it is a strength of self-blends."""
    if strength not in ("mild", "published"):
        raise ValueError(f"'strength' must be mild or published (got {strength!r})")


def _some_action_units(rng: np.random.Generator) -> tuple[str, ...]:
    """Draw each with probability one half, and again where none was drawn."""
    while not (drawn := rng.random(len(ACTION_UNITS)) < 0.5).any():
        continue
    return tuple(name for name, taken in zip(ACTION_UNITS, drawn, strict=True) if taken)


def _symmetric(rng: np.random.Generator, limit: float) -> float:
    return float(rng.uniform(-limit, limit))


def _near(centre: float, away: float, limit: float) -> float:
    """Move away from a centre, not beyond the limit unless the centre is."""
    limit = max(limit, abs(centre))
    return float(np.clip(centre + away, -limit, limit))

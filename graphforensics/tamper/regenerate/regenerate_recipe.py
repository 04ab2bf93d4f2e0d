"""The numbers that make one regenerated face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import numpy as np

from graphforensics.tamper.recipe.self_blend_recipe import SelfBlendRecipe

Kernel = Literal["area", "bilinear", "bicubic"]
Denoiser = Literal["none", "bilateral", "wavelet"]

_KERNELS: tuple[Kernel, ...] = ("area", "bilinear", "bicubic")
_DENOISERS: tuple[Denoiser, ...] = ("none", "bilateral", "wavelet")
#: Lengths of the face at the bottleneck, in pixels.
SIZES = (56, 160)


@dataclass(frozen=True)
class RegenerateRecipe:
    """Everything that :class:`Regenerate` does to one face; equal recipes, equal pixels.

    Args:
        size: Longer side of the landmarks' box at the bottleneck, in pixels, 56 to 160.
        down: Kernel with which the face is made smaller.
        up: Kernel with which it is enlarged: ``"bilinear"`` or ``"bicubic"``.
        denoiser: How it is smoothed at the bottleneck.
        level: How much: differences up to so many levels of 255 count as noise.
        sharpening: Unsharp masking after enlarging; 0 is none.
        rgb_shift: Added to red, green and blue of 0 to 255.
        autoencoder: It also passes through an autoencoder, where one is given.
        forehead: As in :class:`SelfBlendRecipe`, as are the next four.
        elastic: Standard deviation of the mask's deformation.
        elastic_seed: Seed of its field.
        erosion: How far the mask's rim is drawn in.
        blur: Radius of the Gaussian that softens it.
    """

    size: int = 96
    down: Kernel = "area"
    up: Kernel = "bicubic"
    denoiser: Denoiser = "bilateral"
    level: float = 6.0
    sharpening: float = 0.5
    rgb_shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    autoencoder: bool = False
    forehead: float = 0.5
    elastic: float = 0.004
    elastic_seed: int = 0
    erosion: float = 0.02
    blur: float = 0.05

    @classmethod
    def draw(cls, rng: np.random.Generator, autoencoder: bool = False) -> RegenerateRecipe:
        """Draw a recipe.

        Args:
            rng: Source of randomness.
            autoencoder: One is given; every second face passes through it.
        """
        red, green, blue = rng.normal(0, 1.5, 3).tolist()
        return cls(
            # Equal steps of size in octaves: small faces are as frequent as large ones.
            size=round(float(np.exp(rng.uniform(*np.log(SIZES))))),
            down=_KERNELS[int(rng.integers(3))],
            up=_KERNELS[1 + int(rng.integers(2))],
            denoiser=_DENOISERS[int(rng.integers(3))],
            level=float(rng.uniform(3, 10)),
            sharpening=float(rng.uniform(0, 0.9)),
            rgb_shift=(red, green, blue),
            autoencoder=bool(rng.random() < 0.5) and autoencoder,
            forehead=float(rng.uniform(0.0, 1.2)),
            elastic=float(rng.uniform(0.002, 0.006)),
            elastic_seed=int(rng.integers(2**31)),
            erosion=float(rng.uniform(0.01, 0.05)),
            blur=float(rng.uniform(0.03, 0.08)),
        )

    def mask(self) -> SelfBlendRecipe:
        """Return what the mask is drawn from, with the colours' shift."""
        return SelfBlendRecipe(
            rgb_shift=self.rgb_shift,
            forehead=self.forehead,
            elastic=self.elastic,
            elastic_seed=self.elastic_seed,
            erosion=self.erosion,
            blur=self.blur,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as a dictionary that JSON takes."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RegenerateRecipe:
        """Build the recipe of :meth:`to_dict`'s dictionary, also after a trip through JSON.

        Raises:
            ValueError: A key is not known.
        """
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise ValueError(f"unknown recipe entries {unknown}")
        entries: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in values.items()
        }
        return cls(**entries)

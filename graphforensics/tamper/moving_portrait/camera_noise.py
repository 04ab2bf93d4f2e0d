"""Noise as a sensor makes it, drawn anew in every frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter


@dataclass(frozen=True)
class CameraNoise:
    r"""Shot noise and read noise.

    .. math:: y = x + \sqrt{g x + r^2}\; \varepsilon, \qquad \varepsilon \sim N(0, 1)

    the Gaussian limit of Poisson counts of gain g, and a Gaussian of standard deviation r. The
    noise of neighbouring pixels is slightly correlated, and a share of it is common to all colours,
    as interpolation of a colour filter leaves it.

    Args:
        gain: g in levels of 255: the noise's variance per level.
        read: r in levels.
        grain: Standard deviation in pixels of the blur that correlates neighbours. Default: 0.5.
        common: Share of the variance that is common to the colours. Default: 0.5.

    Raises:
        ValueError: A number is negative, or ``common`` is above 1.
    """

    gain: float
    read: float
    grain: float = 0.5
    common: float = 0.5

    def __post_init__(self) -> None:
        for name in ("gain", "read", "grain", "common"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"'{name}' must not be negative (got {getattr(self, name)})")
        if self.common > 1:
            raise ValueError(f"'common' must be at most 1 (got {self.common})")

    @classmethod
    def draw(cls, rng: np.random.Generator) -> CameraNoise:
        """Draw a sensor: from hardly any noise to that of a room at night."""
        level = float(np.exp(rng.uniform(np.log(0.6), np.log(2.0))))
        return cls(0.03 * level**2, 0.9 * level, float(rng.uniform(0.4, 0.7)))

    def add(self, image: NDArray[np.floating], rng: np.random.Generator) -> NDArray[np.float32]:
        """Return a frame with noise.

        Args:
            image: RGB from 0 to 255 ``[H, W, 3]``.
            rng: The frame's own source of randomness.
        """
        own = rng.standard_normal(image.shape, np.float32)
        shared = rng.standard_normal((*image.shape[:2], 1), np.float32)
        noise = np.sqrt(1 - self.common) * own + np.sqrt(self.common) * shared
        if self.grain:
            noise = gaussian_filter(noise, (self.grain, self.grain, 0), mode="wrap")
            noise /= max(float(noise.std()), 1e-6)
        spread = np.sqrt(self.gain * np.clip(image, 0, 255) + self.read**2)
        return np.asarray(image + spread * noise, dtype=np.float32)

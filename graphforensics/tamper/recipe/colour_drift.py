"""How the colour of a generator's faces wanders over time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphforensics.tamper.recipe.frame_drift import FrameDrift

#: Standard deviations in levels of 255: of the course of seconds, and from frame to frame.
_DRIFT, _JITTER = 0.6, 0.27


class ColourDrift:
    r"""Shifts of a face's mean colour, known at every frame by itself.

    .. math:: s_k(n) = \tfrac12 (0.6 z_k(n) + 0.27 \varepsilon_{kn})
        + 0.6 z_0(n) + 0.27 \varepsilon_{0n}, \quad k = 1, 2, 3

    in levels of 255, with slow courses z (:class:`FrameDrift`) and independent normal numbers
    :math:`\varepsilon`. One course is common to all three colours: light changes more than hue.

    Args:
        entropy: Numbers that seed it.
        rate: Frames a second. Default: 25.
        strength: Factor of all shifts. Default: 1.

    Raises:
        ValueError: ``rate`` is not positive, or ``strength`` is negative.

    Example:
        >>> ColourDrift([1, 2]).at(7).shape
        (3,)
    """

    def __init__(
        self, entropy: tuple[int, ...] | list[int], rate: float = 25.0, strength: float = 1.0
    ) -> None:
        if not strength >= 0:
            raise ValueError(f"'strength' must not be negative (got {strength})")
        self._entropy, self._strength = [int(one) for one in entropy], strength
        self._drift = FrameDrift(np.random.default_rng([*self._entropy, 0]), 4, rate)

    def at(self, number: int) -> NDArray[np.float64]:
        """Return the shifts of red, green and blue in a frame, ``[3]``."""
        jitter = np.random.default_rng([*self._entropy, 1, number]).normal(0, _JITTER, 4)
        away = self._drift.at(number) * _DRIFT + jitter
        return np.asarray(self._strength * (away[:3] / 2 + away[3]))

"""Numbers that wander from frame to frame, as those of a generator's output do."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

#: Waves that are added up, and how often they come a second.
_WAVES, _SLOWEST, _FASTEST = 6, 0.15, 1.5


class FrameDrift:
    r"""Several slow random courses of standard deviation 1, known at every frame by itself.

    .. math:: z_k(n) = \sqrt{\tfrac2J} \sum_{j=1}^{J}
        \cos\Big(2 \pi f_{kj} \frac{n}{r} + \varphi_{kj}\Big)

    with J = 6 waves, frequencies f between 0.15 and 1.5 hertz (uniform in their logarithm) and the
    frame rate r. Consecutive frames differ little, frames some seconds apart by as much as any two.

    Args:
        rng: Draws frequencies and phases.
        count: How many courses.
        rate: Frames a second.

    Raises:
        ValueError: ``rate`` is not positive.

    Example:
        >>> drift = FrameDrift(np.random.default_rng(0), 2)
        >>> drift.at(7).shape
        (2,)
    """

    def __init__(self, rng: np.random.Generator, count: int, rate: float = 25.0) -> None:
        if not rate > 0:
            raise ValueError(f"'rate' must be positive (got {rate})")
        low, high = math.log(_SLOWEST), math.log(_FASTEST)
        self._turns = 2 * np.pi * np.exp(rng.uniform(low, high, (count, _WAVES))) / rate
        self._phases = rng.uniform(0, 2 * np.pi, (count, _WAVES))

    def at(self, number: int) -> NDArray[np.float64]:
        """Return the numbers of a frame, ``[count]``."""
        waves = np.cos(self._turns * number + self._phases)
        return np.asarray(math.sqrt(2 / _WAVES) * waves.sum(axis=1))

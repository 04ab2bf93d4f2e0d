"""A driver's motion, as long as it is needed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def loop_motion(
    motion: NDArray[np.floating], ratio: float, count: int, start: float = 0.0
) -> NDArray[np.float64]:
    r"""Play motion back and forth for as many frames as are wanted.

    .. math:: m(k), \quad k = \lvert (p + T - 1) \bmod 2 (T - 1) - (T - 1) \rvert, \quad
        p = p_0 + n r

    read along straight lines between frames. Motion that is longer than wanted is cut off.

    Args:
        motion: T frames ``[T, ...]``.
        ratio: r, frames of the motion a frame of the result: the quotient of their rates.
        count: How many frames are wanted.
        start: :math:`p_0`, place of the first in frames of the motion. Default: 0.

    Returns:
        ``[count, ...]``, ``float64``.

    Raises:
        ValueError: ``motion`` is empty, or ``ratio`` is not positive.

    Example:
        >>> loop_motion(np.array([0.0, 1.0, 2.0]), 1.0, 7).tolist()
        [0.0, 1.0, 2.0, 1.0, 0.0, 1.0, 2.0]
    """
    if not len(motion):
        raise ValueError("'motion' must hold at least one frame (got none)")
    if not ratio > 0:
        raise ValueError(f"'ratio' must be positive (got {ratio})")
    last = len(motion) - 1
    if last == 0:
        return np.repeat(np.asarray(motion, np.float64), count, axis=0)
    place = (start + np.arange(count) * ratio) % (2 * last)
    place = last - np.abs(place - last)
    before = np.minimum(place.astype(int), last - 1)
    share = (place - before).reshape(-1, *(1,) * (motion.ndim - 1))
    return np.asarray((1 - share) * motion[before] + share * motion[before + 1])

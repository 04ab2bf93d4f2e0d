"""Smoothing over time without lag."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def smooth_at(times: ArrayLike, values: ArrayLike, at: float, window: float) -> NDArray[np.float64]:
    r"""Estimate values at one time from those around it: a straight line, fitted locally.

    Weighted least squares with Cleveland's tricube weights
    :math:`w_i = (1 - |t_i - t|^3 / h^3)^3` for :math:`|t_i - t| < h`, half a window. The
    window is centred, so that motion is not delayed; the line, unlike a mean, is not
    drawn towards the middle of the window at the ends of a track.

    Args:
        times: Ascending times ``[n]``; one of them is ``at``.
        values: ``[n, k]``.
        at: The time to estimate the values at.
        window: Width of the window; 0 takes the values as they are.

    Returns:
        ``[k]``, ``float64``.

    Example:
        >>> smooth_at([0, 1, 2, 3, 4], [[0.0], [2.0], [4.0], [6.0], [8.0]], at=1, window=5).round(6)
        array([2.])
    """
    moments = np.asarray(times, np.float64) - at
    points = np.asarray(values, np.float64)
    if window <= 0:
        return np.array(points[np.argmin(np.abs(moments))])
    weights = np.clip(1 - np.abs(moments / (window / 2)) ** 3, 0, None) ** 3
    weights /= weights.sum()
    mean_time = weights @ moments
    mean = weights @ points
    spread = weights @ (moments - mean_time) ** 2
    if spread <= 1e-12:
        return np.asarray(mean)
    slope = (weights * (moments - mean_time)) @ points / spread
    return np.asarray(mean - slope * mean_time)

"""The line around the part of the crop that a region looks at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from skimage.measure import find_contours
from skimage.transform import resize


def region_outline(
    attention: NDArray[np.floating], level: float = 0.5, size: int = 112
) -> list[NDArray[np.float64]]:
    """Return the closed lines on which attention is ``level`` times its peak.

    Args:
        attention: Not negative.
        level: Share of the peak, between 0 and 1.
        size: Side of the grid on which the map is interpolated.

    Shapes:
        ``attention [h, w]``, each line ``[points, 2]``: x then y, from 0 to 1. None for a map
        that is zero everywhere, and none for a flat one.

    Raises:
        ValueError: ``level`` is out of range.

    Example:
        >>> lines = region_outline(np.pad(np.ones((1, 1)), 3))
        >>> len(lines), lines[0].mean(axis=0).round(1).tolist()
        (1, [0.5, 0.5])
    """
    if not 0 < level < 1:
        raise ValueError(f"'level' must be between 0 and 1 (got {level})")
    peak = float(np.max(attention, initial=0))
    if peak <= 0 or float(np.min(attention)) >= level * peak:
        return []
    grid = attention.astype(np.float64) / peak
    smooth = resize(grid, (size, size), order=3, mode="edge")
    # A frame of zeros closes lines that would end at the border.
    smooth = gaussian_filter(smooth, 0.3 * size / max(attention.shape), mode="nearest")
    lines = find_contours(np.pad(smooth, 1), level * smooth.max())
    return [np.clip((line[:, ::-1] - 0.5) / size, 0, 1) for line in lines]

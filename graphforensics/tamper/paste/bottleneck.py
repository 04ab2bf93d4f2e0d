"""The low resolution that a generator draws faces at."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import interpolate


def bottleneck(picture: NDArray[np.floating], face: float, size: int) -> NDArray[np.float32]:
    """Draw a picture as small as if its face were ``size`` pixels long, then enlarge it again.

    Sensor noise and the finest texture do not come through, as in the output of a generator
    of that resolution. A face that is no longer than ``size`` stays as it is.

    Args:
        picture: Pixels ``[H, W, C]``.
        face: Longer side of the face's box in pixels of ``picture``.
        size: The same at low resolution.

    Returns:
        ``[H, W, C]``, ``float32``; bicubic interpolation may overshoot.

    Raises:
        ValueError: A length is not positive.

    Example:
        >>> board = np.indices((8, 8)).sum(0)[..., None] % 2
        >>> float(np.ptp(bottleneck(board, face=8, size=2)[2:-2, 2:-2])) < 0.1
        True
    """
    if not (face > 0 and size > 0):
        raise ValueError(f"'face' and 'size' must be positive (got {face} and {size})")
    pixels = np.ascontiguousarray(picture, np.float32)
    if face <= size:
        return pixels
    image = torch.from_numpy(pixels).permute(2, 0, 1)[None]
    small = [max(1, round(length * size / face)) for length in picture.shape[:2]]
    reduced = interpolate(image, size=small, mode="bicubic", antialias=True)
    grown = interpolate(reduced, size=list(picture.shape[:2]), mode="bicubic")
    return np.asarray(grown[0].permute(1, 2, 0).numpy())

"""Heat mixed into the pictures that it is of."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
import numpy as np
from numpy.typing import NDArray

from graphforensics.media.resize import resize

#: The scale of colours, from nothing to 1.
HEAT_COLORS = "inferno"
_SIDE = 224
_STRENGTH = 0.5


def heat_tiles(
    faces: Sequence[NDArray[np.uint8]], rows: Sequence[Sequence[NDArray[np.floating]]]
) -> NDArray[np.uint8]:
    """Set faces side by side, and below them each row of heat over the same faces.

    Args:
        faces: RGB, ``uint8``.
        rows: Heat of every face, from 0 to 1.

    Shapes:
        ``faces``: each ``[H, W, 3]``; ``rows``: each heat ``[h, w]``; output
        ``[224 (1 + rows), 224 faces, 3]``.
    """
    tiles = [[resize(face, _SIDE, _SIDE, "bicubic") for face in faces]]
    tiles += [[heat_tile(*pair) for pair in zip(faces, row, strict=True)] for row in rows]
    return np.concatenate([np.concatenate(row, axis=1) for row in tiles])


def heat_tile(face: NDArray[np.uint8], heat: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Mix one heat in equal parts into its face, a square of 224 pixels."""
    grey = resize(np.rint(np.clip(heat, 0, 1) * 255).astype(np.uint8), _SIDE, _SIDE, "bicubic")
    colours = matplotlib.colormaps[HEAT_COLORS](grey, bytes=True)[..., :3]
    mixed = (1 - _STRENGTH) * resize(face, _SIDE, _SIDE, "bicubic") + _STRENGTH * colours
    return np.asarray(np.rint(mixed), dtype=np.uint8)

"""Pictures as text that a page holds."""

from __future__ import annotations

import base64

import matplotlib
import numpy as np
from numpy.typing import NDArray

from graphforensics.media.picture_bytes import jpeg_bytes, palette_png_bytes
from graphforensics.media.resize import resize, shrink
from graphforensics.visualization.heat_tiles import HEAT_COLORS

#: Heat is smooth: more points would not show.
_HEAT_SIDE = 56
#: Opacity of the hottest place.
_OPAQUE = 0.8


def jpeg_data(image: NDArray[np.uint8], side: int, quality: int = 80) -> str:
    """Return a picture as a ``data:`` address of a JPEG file.

    Args:
        image: RGB.
        side: The longer side is made at most so long, in pixels.
        quality: JPEG's, from 1 to 95.

    Shapes:
        ``image [H, W, 3]``.
    """
    return _address("jpeg", jpeg_bytes(shrink(image, side), quality))


def heat_data(heat: NDArray[np.floating]) -> str:
    """Return heat as a ``data:`` address of a PNG file, the more opaque the hotter.

    Args:
        heat: From 0 to 1.

    Shapes:
        ``heat [H, W]``.
    """
    grey = np.rint(np.clip(heat, 0, 1) * 255).astype(np.uint8)
    small = resize(grey, _HEAT_SIDE, _HEAT_SIDE)
    pixels = np.array(matplotlib.colormaps[HEAT_COLORS](small, bytes=True))
    pixels[..., 3] = np.rint(255 * np.sqrt(small / 255) * _OPAQUE)
    return _address("png", palette_png_bytes(pixels))


def _address(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"

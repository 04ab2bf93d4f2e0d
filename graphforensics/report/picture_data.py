"""Pictures as text that a page holds."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from graphforensics.media.resize import shrink

#: Heat is smooth: more points would not show.
_HEAT_SIDE = 56


def jpeg_data(image: NDArray[np.uint8], side: int, quality: int = 80) -> str:
    """Return a picture as a ``data:`` address of a JPEG file.

    Args:
        image: RGB.
        side: The longer side is made at most so long, in pixels.
        quality: JPEG's, from 1 to 95.

    Shapes:
        ``image [H, W, 3]``.
    """
    stream = io.BytesIO()
    Image.fromarray(shrink(image, side)).save(stream, "JPEG", quality=quality, optimize=True)
    return _address("jpeg", stream)


def heat_data(heat: NDArray[np.floating]) -> str:
    """Return heat as a ``data:`` address of a PNG file, the more opaque the hotter.

    Args:
        heat: From 0 to 1.

    Shapes:
        ``heat [H, W]``.
    """
    import matplotlib

    grey = Image.fromarray(np.rint(np.clip(heat, 0, 1) * 255).astype(np.uint8))
    small = np.asarray(grey.resize((_HEAT_SIDE, _HEAT_SIDE), Image.Resampling.BILINEAR))
    pixels = np.array(matplotlib.colormaps["inferno"](small, bytes=True))
    pixels[..., 3] = np.rint(255 * np.sqrt(small / 255) * 0.8)
    stream = io.BytesIO()
    Image.fromarray(pixels).quantize(64).save(stream, "PNG", optimize=True)
    return _address("png", stream)


def _address(kind: str, stream: io.BytesIO) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"

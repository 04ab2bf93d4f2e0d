"""Pictures as the bytes of image files, in memory."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def jpeg_bytes(image: NDArray[np.uint8], quality: int = 80) -> bytes:
    """Return a picture as a JPEG file.

    Args:
        image: RGB.
        quality: JPEG's, from 1 to 95.

    Shapes:
        ``image [H, W, 3]``.
    """
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "JPEG", quality=quality, optimize=True)
    return stream.getvalue()


def palette_png_bytes(image: NDArray[np.uint8], colours: int = 64) -> bytes:
    """Return a picture with transparency as a small PNG file of few colours.

    Args:
        image: RGB and opacity.
        colours: At most so many, from 2 to 256.

    Shapes:
        ``image [H, W, 4]``.
    """
    stream = io.BytesIO()
    Image.fromarray(image).quantize(colours).save(stream, "PNG", optimize=True)
    return stream.getvalue()

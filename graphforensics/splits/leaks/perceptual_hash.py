"""A picture's fingerprint that survives compression, resizing and a change of brightness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn

from graphforensics.media.resize import resize, to_grey

_SIDE, _KEPT = 32, 8
# A picture with less contrast than this, in grey levels, has no structure to compare.
_FLAT = 3.0


def perceptual_hash(image: NDArray[np.uint8]) -> int | None:
    r"""Hash a picture so that near-duplicates differ in few of 64 bits.

    The picture is made grey and shrunk to 32 x 32, and of its orthonormal DCT-II :math:`C` the 8 x
    8 lowest frequencies give a bit each:

    .. math:: b_{uv} = [\, C_{uv} > \operatorname{median}_{(u, v) \ne (0, 0)} C_{uv} \,]

    Args:
        image: ``uint8`` ``[H, W, 3]`` or ``[H, W]``.

    Returns:
        The bits row by row, the first of them the highest; ``None`` for a picture without contrast.

    Raises:
        ValueError: Another type or shape.

    Source:
        C. Zauner, Implementation and benchmarking of perceptual image hash functions, 2010.

    Example:
        >>> ramp = np.tile(np.arange(64, dtype=np.uint8), (64, 1))
        >>> perceptual_hash(ramp) == perceptual_hash(ramp + 40)
        True
    """
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.shape[-1] == 0:
        raise ValueError(f"'image' must be uint8 [H, W, 3] (got {image.dtype} {image.shape})")
    grey = resize(to_grey(image), _SIDE, _SIDE, "box")
    pixels = np.asarray(grey, dtype=np.float64)
    if pixels.std() < _FLAT:
        return None
    # Frequencies that a drawing lacks would otherwise differ by the last bit of their zeros.
    low = dctn(pixels, norm="ortho")[:_KEPT, :_KEPT].ravel().round(6)
    bits = low > np.median(low[1:])
    return int.from_bytes(np.packbits(bits).tobytes(), "big")

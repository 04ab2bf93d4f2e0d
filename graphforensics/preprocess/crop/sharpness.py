"""How sharp a face is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphforensics.media.resize import resize

_SIDE = 96


def sharpness(face: NDArray[np.uint8]) -> float:
    r"""Measure detail as the variance of the Laplacian of a face at a fixed size.

    .. math:: \operatorname{Var}(4 I_{y,x} - I_{y-1,x} - I_{y+1,x} - I_{y,x-1} - I_{y,x+1})

    over the face scaled down to 96 pixels, so that faces of any size compare; a smaller face
    is measured as it is. Of colours, green is taken, which carries most of the brightness.

    Args:
        face: Pixels of the face box, grey ``[H, W]`` or RGB ``[H, W, 3]``, ``uint8``.

    Returns:
        0 for a flat patch (or one below 3 x 3), some hundreds for a sharp face.

    Example:
        >>> import numpy as np
        >>> sharpness(np.full((64, 64), 7, np.uint8))
        0.0
    """
    image = np.ascontiguousarray(face if face.ndim == 2 else face[:, :, 1])
    shrink = _SIDE / max(image.shape)
    if shrink < 1:
        height, width = (max(1, round(side * shrink)) for side in image.shape)
        image = resize(image, width, height, "box")
    grey = image.astype(np.float32)
    if min(grey.shape) < 3:
        return 0.0
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float((4 * grey[1:-1, 1:-1] - around).var())

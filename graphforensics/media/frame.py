"""One decoded frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Frame:
    """A frame as a viewer would see it.

    Args:
        image: RGB pixels ``[H, W, 3]``, ``uint8``, display rotation applied.
        number: Place in presentation order, counted from 0 over the whole file.
        time: Presentation time in seconds; the first frame of a file is at 0.
    """

    image: NDArray[np.uint8]
    number: int
    time: float

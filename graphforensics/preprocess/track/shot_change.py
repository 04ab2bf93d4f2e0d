"""Cuts between shots."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# A grid of this many places on the longer side is all that is compared.
_PLACES = 64


class ShotChange:
    """Tells, frame after frame, whether a new shot begins.

    Args:
        jump: Mean absolute difference of brightness (0 to 255) to the frame before
            that a cut exceeds at least.
        contrast: How many times the usual difference between frames it exceeds as well,
            so that a moving camera is not taken for a cut.
    """

    def __init__(self, jump: float = 14.0, contrast: float = 4.0) -> None:
        self.jump = jump
        self.contrast = contrast
        self.reset()

    def reset(self) -> None:
        """Forget all frames: the next one begins no new shot."""
        self._last: NDArray[np.float32] | None = None
        # Until it is known, a lively scene is assumed.
        self._usual = self.jump / 2

    def __call__(self, grey: NDArray[np.uint8]) -> bool:
        """Take the next frame ``[H, W]`` and say whether it begins a new shot."""
        step = max(1, min(max(grey.shape) // _PLACES, *grey.shape))
        # Means of pairs of pixels, so that fine texture does not flicker between places.
        height, width = (side // step * step for side in grey.shape)
        between = grey[step // 2 : height : step, step // 2 : width : step]
        cells = grey[:height:step, :width:step].astype(np.float32) + between.astype(np.float32)
        cells /= 2
        last, self._last = self._last, cells
        if last is None or last.shape != cells.shape:
            return last is not None
        difference = float(np.abs(cells - last).mean())
        cut = difference > max(self.jump, self.contrast * self._usual)
        if not cut:
            self._usual += 0.2 * (difference - self._usual)
        return cut

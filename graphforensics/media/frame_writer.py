"""What every writer of frames can do."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import AbstractContextManager

import numpy as np
from numpy.typing import NDArray


class FrameWriter(AbstractContextManager["FrameWriter"]):
    """Takes the frames of one file; the file is whole when the ``with`` block is left."""

    @abstractmethod
    def write(self, image: NDArray[np.uint8], time: float) -> None:
        """Append a frame.

        Args:
            image: RGB ``[H, W, 3]``, or a mask ``[H, W]``, ``uint8``.
            time: It is shown from this second on.
        """

"""Writing one image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from graphforensics.media.frame_writer import FrameWriter


class PictureWriter(FrameWriter):
    """A PNG; of several frames it holds the last.

    Args:
        path: Where the image goes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, image: NDArray[np.uint8], time: float) -> None:
        """Write the image; ``time`` is of no effect."""
        Image.fromarray(image).save(self._path, "PNG")

    def __exit__(self, *error: object) -> None:
        """Leave the file as it is: nothing is held open."""

"""Writing one image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from graphforensics.media.frame_writer import FrameWriter
from graphforensics.media.h264 import h264


class PictureWriter(FrameWriter):
    """A PNG; of several frames it holds the last.

    Args:
        path: Where the image goes.
        crf: Constant rate factor of the one frame of H.264 that it passes through first, so that
            stills come in the qualities of clips. Default: none, nothing is lost.
    """

    def __init__(self, path: Path, crf: int | None = None) -> None:
        self._path, self._crf = path, crf

    def write(self, image: NDArray[np.uint8], time: float) -> None:
        """Write the image; ``time`` is of no effect."""
        if self._crf is not None:
            (image,) = h264([image], self._crf)
        Image.fromarray(image).save(self._path, "PNG")

    def __exit__(self, *error: object) -> None:
        """Leave the file as it is: nothing is held open."""

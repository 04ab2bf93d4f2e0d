"""What is compared of two faces when partners are chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.color import rgb2lab

from graphforensics.tamper.partner.face_pose import FacePose
from graphforensics.tamper.paste.skin_mask import skin_mask


@dataclass(frozen=True)
class FaceTraits:
    """Who a face is, which way it looks, and the colour of its skin.

    Small, so that those of a whole set fit into memory where its pictures do not.

    Args:
        identity: Whose face it is.
        pose: Its pose.
        tone: Median colour of its skin in CIELAB: L, a, b.
        width: Width of its landmarks' box in pixels.
        name: What the caller knows the face by. Default: empty.
        tremble: Mean of :func:`~graphforensics.tamper.partner.shape_changes.shape_changes` over
            its clip; 0 for a photograph.
    """

    identity: str
    pose: FacePose
    tone: tuple[float, float, float]
    width: float
    name: str = ""
    tremble: float = 0.0

    @classmethod
    def of(
        cls,
        image: NDArray[np.uint8],
        landmarks: NDArray[np.floating],
        identity: str,
        name: str = "",
        tremble: float = 0.0,
    ) -> FaceTraits:
        """Measure a face.

        Args:
            image: RGB ``[H, W, 3]``, ``uint8``.
            landmarks: 68 in iBUG order ``[68, 2]``, in pixels of ``image``.
            identity: Whose face it is.
            name: What the caller knows it by. Default: empty.
            tremble: How much its landmarks change their shape. Default: 0.

        Raises:
            NoFaceError: The landmarks show no face in the picture.
        """
        pose = FacePose.of(landmarks)
        pixels = image[skin_mask(landmarks, (image.shape[0], image.shape[1]))]
        light, red, yellow = np.median(rgb2lab(pixels / 255.0), axis=0).tolist()
        width = float(np.ptp(np.asarray(landmarks)[:, 0]))
        return cls(identity, pose, (light, red, yellow), width, name, tremble)

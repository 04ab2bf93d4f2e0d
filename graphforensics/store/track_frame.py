"""One face in one frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Quality = Literal["ok", "small", "blurred"]


@dataclass(frozen=True)
class TrackFrame:
    """One face in one frame: its pixels, and where they come from.

    Args:
        person: Identity within the file, counted from 0 in order of appearance.
        segment: Unbroken stretch of the person's track, counted from 0; it grows by one
            where the face is not followed from frame to frame (cut, gap, next run).
        number: Frame number in presentation order, from 0.
        time: Presentation time of the frame in seconds.
        crop: RGB pixels of the face ``[h, w, 3]``, ``uint8``.
        box: Face box smoothed over the track, ``(x0, y0, x1, y1)`` in frame pixels, ``float32``.
        crop_box: Box of frame pixels that ``crop`` shows, ``[4]``; of an aligned crop the
            matrix ``[2, 3]`` that maps frame pixels to crop pixels. ``float32``.
        landmarks: 68 landmarks (iBUG order) in frame pixels ``[68, 2]``, ``float32``.
        crop_landmarks: The same in pixels of ``crop``.
        sharpness: Variance of the Laplacian of the face at a fixed size (see :func:`sharpness`).
        quality: ``"ok"``, or why not to trust the face: ``"small"``, ``"blurred"``.
        detected: Whether the detector saw the face in this frame (otherwise it was tracked).
    """

    person: int
    segment: int
    number: int
    time: float
    crop: NDArray[np.uint8]
    box: NDArray[np.float32]
    crop_box: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    crop_landmarks: NDArray[np.float32]
    sharpness: float
    quality: Quality
    detected: bool

"""A real face set in motion: the clip that tests and the demonstration run on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from skimage.data import astronaut
from skimage.transform import SimilarityTransform, warp


def moving_face(
    frames: int = 40,
    size: tuple[int, int] = (288, 384),
    scale: float = 1.0,
    sway: float = 24.0,
    tilt: float = 6.0,
    image: NDArray[np.uint8] | None = None,
    seed: int = 0,
) -> Iterator[NDArray[np.uint8]]:
    """Move a photograph before a still camera: it sways, nods, tilts and breathes.

    Args:
        frames: Number of frames to yield.
        size: Height and width of a frame in pixels.
        scale: Pixels of the frame for a pixel of the photograph.
        sway: How far the face wanders from the centre, in pixels.
        tilt: How far the head tilts to either side, in degrees.
        image: RGB photograph with its face near the upper middle; scikit-image's
            astronaut by default (a NASA portrait in the public domain).
        seed: Phase of the motion and the sensor noise; equal seeds give equal frames.

    Yields:
        RGB images ``[height, width, 3]``, ``uint8``.
    """
    photograph = astronaut() if image is None else image
    # The astronaut's face: its centre as a share of the photograph's sides.
    centre = np.array([0.436, 0.225]) * photograph.shape[1::-1]
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 2 * np.pi, size=4)
    for number in range(frames):
        angle = 2 * np.pi * number / 50 + phase
        breath = scale * (1 + 0.04 * np.sin(angle[3] * 0.7))
        target = np.array(size[::-1]) / 2 + sway * np.sin(angle[:2] * [1.0, 0.6])
        turn = SimilarityTransform(scale=breath, rotation=np.deg2rad(tilt) * np.sin(angle[2] * 0.8))
        turn.params[:2, 2] = target - turn.params[:2, :2] @ centre
        moved = warp(photograph, turn.inverse, output_shape=size, order=1, mode="edge")
        noisy = moved * 255 + rng.normal(0, 1.0, size=(*size, 1))
        yield np.clip(np.rint(noisy), 0, 255).astype(np.uint8)

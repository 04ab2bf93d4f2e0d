"""A family of forgeries: faces as a mosaic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graphforensics.tamper.family import ClipToForge, Family

TILES = 8


class MosaicForger:
    """Gives each tile of a face its mean colour."""

    def __init__(self, clip: ClipToForge) -> None:
        self.people: set[int] = set()

    def forge(
        self, image: np.ndarray, number: int, faces: Sequence[Any]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Forge one frame; the mask is 0 exactly where it is as it was."""
        forged, mask = image.copy(), np.zeros(image.shape[:2], np.uint8)
        for face in faces:
            self.people.add(face.person)
            height, width = mask.shape
            left, top = np.clip(face.landmarks.min(0).astype(int), 0, (width, height))
            right, bottom = np.clip(face.landmarks.max(0).astype(int) + 1, 0, (width, height))
            for y in np.array_split(np.arange(top, bottom), TILES):
                for x in np.array_split(np.arange(left, right), TILES):
                    if len(y) and len(x):
                        tile = forged[y[0] : y[-1] + 1, x[0] : x[-1] + 1]
                        tile[:] = tile.mean((0, 1)).round().astype(np.uint8)
            mask[top:bottom, left:right] = 255
        return forged, mask

    def described(self) -> Mapping[str, Mapping[str, Any]]:
        """Say what was done to each person, for the record."""
        return {str(person): {"tiles": TILES} for person in sorted(self.people)}


MOSAIC = Family(
    "mosaic",
    "the face as a mosaic of 64 tiles",
    "Made to train and test detectors of forged faces: the face of a real recording is coarsened. "
    "Nobody is shown saying or doing what they did not.",
    MosaicForger,
)

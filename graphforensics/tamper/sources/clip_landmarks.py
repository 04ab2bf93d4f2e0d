"""The landmarks of all faces of a clip, frame by frame."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphforensics.preprocess.pipeline.extract_tracks import extract_tracks
from graphforensics.store.extraction_options import ExtractionOptions


class PersonLandmarks(NamedTuple):
    """Who is seen, and the 68 landmarks in frame pixels ``[68, 2]``."""

    person: int
    landmarks: NDArray[np.float32]


def clip_landmarks(
    path: str | Path, options: ExtractionOptions
) -> dict[int, list[PersonLandmarks]]:
    """Find the faces of a file and keep their landmarks by frame number.

    Persons are not handed out in step, so the landmarks of all frames are held: some 60 MB for
    an hour of one face. Pixels are not.

    Args:
        path: A video or an image.
        options: How faces are found; ``selection`` should be ``"all"``.

    Raises:
        UnreadableMediaError: The file cannot be decoded.
    """
    found: dict[int, list[PersonLandmarks]] = {}
    for face in extract_tracks(path, options):
        found.setdefault(face.number, []).append(PersonLandmarks(face.person, face.landmarks))
    return found

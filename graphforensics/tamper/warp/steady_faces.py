"""The faces of a clip with landmarks that do not tremble."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphforensics.tamper.family import ClipToForge
from graphforensics.tamper.warp.steady_landmarks import steady_landmarks

#: A picture that holds any landmarks: whether they lie in theirs is seen frame by frame.
_ANYWHERE = (100_000, 100_000)


class SteadyFaces:
    """Landmarks of every person of a clip, smoothed over time.

    Args:
        clip: The clip.
    """

    def __init__(self, clip: ClipToForge) -> None:
        self._faces: dict[tuple[int, int], NDArray[np.float64]] = {}
        people = {face.person for faces in clip.faces.values() for face in faces}
        for person in sorted(people):
            numbers, points = clip.track(person)
            rows: list[NDArray[np.float32] | None] = [None] * clip.frames
            for number, landmarks in zip(numbers, points, strict=True):
                rows[number] = landmarks
            steady = steady_landmarks(rows, _ANYWHERE, clip.rate, 0.0 if clip.is_still else 0.24)
            for number in numbers:
                landmarks = steady[number]
                if landmarks is not None:
                    self._faces[person, number] = landmarks

    def get(self, person: int, number: int) -> NDArray[np.float32] | None:
        """Return the landmarks ``[68, 2]`` of a person in a frame, ``None`` where unusable."""
        found = self._faces.get((person, number))
        return None if found is None else found.astype(np.float32)

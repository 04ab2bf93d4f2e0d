"""One face followed from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graphforensics.preprocess.crop.region import Region


@dataclass(eq=False)
class Observation:
    """A face in one frame, before smoothing.

    Args:
        number: Frame number.
        time: Presentation time in seconds.
        landmarks: ``[68, 2]`` in frame pixels.
        box: The box that the landmarks imply, ``(x0, y0, x1, y1)``.
        region: Pixels around the face; ``None`` once they are no longer needed.
        confidence: The detector's score of the face, or ``None`` where it was not asked
            or saw none.
    """

    number: int
    time: float
    landmarks: NDArray[np.float32]
    box: NDArray[np.float64]
    region: Region | None
    confidence: float | None = None


@dataclass(eq=False)
class Tracklet:
    """The observations of one face that are still needed, oldest first.

    Args:
        observations: The most recent ones; older ones are dropped when they were handed out.
        first: Frame number of the very first observation.
        verified: Frame number up to which the detector vouches for the face.
        checks: How often the detector has vouched for it.
        doubtful: Whether its last word was hesitant, or the landmarks had gone astray.
        handed_out: Frame number of the last observation that was handed out.
        person: Identity, once it is known.
        segment: Segment of the person's track that is being handed out.
    """

    observations: list[Observation]
    first: int = field(init=False)
    verified: int = field(init=False)
    checks: int = 1
    doubtful: bool = False
    handed_out: int = -1
    person: int | None = None
    segment: int = -1

    def __post_init__(self) -> None:
        self.first = self.observations[0].number
        self.verified = self.observations[-1].number

    @property
    def last(self) -> Observation:
        """The most recent observation."""
        return self.observations[-1]

    def at(self, number: int) -> Observation | None:
        """Return the observation in a frame, if there is one and it was not dropped."""
        for observation in reversed(self.observations):
            if observation.number <= number:
                return observation if observation.number == number else None
        return None

    def forget(self, handed_out: int, window: float, frames: int = 16) -> None:
        """Drop observations that were handed out and that nobody will look back at.

        Args:
            handed_out: Number of the last observation that was handed out.
            window: Seconds before it that smoothing looks back.
            frames: Frames before the last observation that the tracker looks back.
        """
        since = min((s.time for s in self.observations if s.number > handed_out), default=np.inf)
        self.observations = [
            observation
            for observation in self.observations
            if observation.number > handed_out
            or observation.number > self.last.number - frames
            or observation.time >= since - window
        ]

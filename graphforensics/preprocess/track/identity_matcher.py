"""Who is who within one file."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graphforensics.preprocess.detect.face_recognizer import FaceRecognizer
from graphforensics.preprocess.track.tracklet import Observation, Tracklet

# A person's pictures that new faces are compared with, at most.
_PICTURES = 3


@dataclass
class _Portrait:
    """A picture of a person; the network looks at it when somebody asks."""

    observation: Observation
    description: NDArray[np.float64] | None = None


@dataclass
class _Person:
    portraits: list[_Portrait] = field(default_factory=list)
    tracklet: Tracklet | None = None
    segments: int = 0


class IdentityMatcher:
    """Gives every tracklet of a face a person, known or new.

    Faces that are in sight at the same time are different persons. A face that appears
    later (after a cut, a gap, in the next run of frames) is the known person who looks
    most alike, if alike enough. The network that decides runs on one frame a tracklet, and
    on none while nobody has left.

    Args:
        recognizer: Describes faces.
        alike: Largest distance between descriptions of one person.
        smallest: Faces with a smaller box are not compared: they are new persons.
    """

    def __init__(
        self, recognizer: FaceRecognizer, alike: float = 0.55, smallest: float = 40.0
    ) -> None:
        self._recognizer = recognizer
        self._alike = alike
        self._smallest = smallest
        self._persons: list[_Person] = []

    def __len__(self) -> int:
        return len(self._persons)

    def next_segment(self, person: int) -> int:
        """Begin a segment of a person's track and return its number."""
        self._persons[person].segments += 1
        return self._persons[person].segments - 1

    def name(self, tracklets: list[Tracklet]) -> None:
        """Set ``person`` of tracklets that have none; surest resemblances go first."""
        portraits = {id(tracklet): _portrait(tracklet) for tracklet in tracklets}
        pairs = []
        for place, tracklet in enumerate(tracklets):
            for person in range(len(self._persons)):
                distance = self._distance(tracklet, portraits[id(tracklet)], person)
                if distance <= self._alike:
                    pairs.append((distance, place, person))
        for _, place, person in sorted(pairs):
            # An earlier pair may have taken the tracklet, or the person's place at this time.
            if tracklets[place].person is None and self._absent(person, tracklets[place]):
                self._enter(person, tracklets[place], portraits[id(tracklets[place])])
        for tracklet in tracklets:
            if tracklet.person is None:
                self._persons.append(_Person())
                self._enter(len(self._persons) - 1, tracklet, portraits[id(tracklet)])

    def _absent(self, person: int, tracklet: Tracklet) -> bool:
        other = self._persons[person].tracklet
        return other is None or other.last.number < tracklet.first

    def _enter(self, person: int, tracklet: Tracklet, portrait: _Portrait) -> None:
        known = self._persons[person]
        tracklet.person, known.tracklet = person, tracklet
        if len(known.portraits) < _PICTURES:
            known.portraits.append(portrait)

    def _distance(self, tracklet: Tracklet, portrait: _Portrait, person: int) -> float:
        if not self._absent(person, tracklet) or self._too_small(portrait):
            return np.inf
        known = [other for other in self._persons[person].portraits if not self._too_small(other)]
        if not known:
            return np.inf
        here = self._description(portrait)
        return min(float(np.linalg.norm(self._description(other) - here)) for other in known)

    def _too_small(self, portrait: _Portrait) -> bool:
        box = portrait.observation.box
        return bool(box[2] - box[0] < self._smallest)

    def _description(self, portrait: _Portrait) -> NDArray[np.float64]:
        if portrait.description is None:
            observation = portrait.observation
            region = observation.region
            if region is None:
                raise RuntimeError("a portrait was kept without its pixels")
            shift = np.array([region.left, region.top])
            portrait.description = self._recognizer(region.pixels, observation.landmarks - shift)
            observation.region = None
        return portrait.description


def _portrait(tracklet: Tracklet) -> _Portrait:
    """Take the surest observation of a tracklet; its pixels stay, whatever the tracklet forgets."""
    seen = [observation for observation in tracklet.observations if observation.region is not None]
    best = max(seen, key=lambda observation: observation.confidence or 0.0)
    return _Portrait(Observation(**vars(best)))

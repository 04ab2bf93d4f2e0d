"""Who is who within one file."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graphforensics.preprocess.detect.face_recognizer import FaceRecognizer
from graphforensics.preprocess.track.tracklet import FaceTrail, Sighting

# A person's pictures that new faces are compared with, at most.
_PICTURES = 3


@dataclass
class _Portrait:
    """A picture of a person; the network looks at it when somebody asks."""

    sighting: Sighting
    description: NDArray[np.float64] | None = None


@dataclass
class _Person:
    portraits: list[_Portrait] = field(default_factory=list)
    trail: FaceTrail | None = None
    segments: int = 0


class PersonBook:
    """Gives every trail of a face a person, known or new.

    Faces that are in sight at the same time are different persons. A face that appears
    later (after a cut, a gap, in the next run of frames) is the known person who looks
    most alike, if alike enough. The network that decides runs on one frame a trail, and
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

    def name(self, trails: list[FaceTrail]) -> None:
        """Set ``person`` of trails that have none; surest resemblances go first."""
        portraits = {id(trail): _portrait(trail) for trail in trails}
        pairs = []
        for place, trail in enumerate(trails):
            for person in range(len(self._persons)):
                distance = self._distance(trail, portraits[id(trail)], person)
                if distance <= self._alike:
                    pairs.append((distance, place, person))
        for _, place, person in sorted(pairs):
            # An earlier pair may have taken the trail, or the person's place at this time.
            if trails[place].person is None and self._absent(person, trails[place]):
                self._enter(person, trails[place], portraits[id(trails[place])])
        for trail in trails:
            if trail.person is None:
                self._persons.append(_Person())
                self._enter(len(self._persons) - 1, trail, portraits[id(trail)])

    def _absent(self, person: int, trail: FaceTrail) -> bool:
        other = self._persons[person].trail
        return other is None or other.last.number < trail.first

    def _enter(self, person: int, trail: FaceTrail, portrait: _Portrait) -> None:
        known = self._persons[person]
        trail.person, known.trail = person, trail
        if len(known.portraits) < _PICTURES:
            known.portraits.append(portrait)

    def _distance(self, trail: FaceTrail, portrait: _Portrait, person: int) -> float:
        if not self._absent(person, trail) or self._too_small(portrait):
            return np.inf
        known = [other for other in self._persons[person].portraits if not self._too_small(other)]
        if not known:
            return np.inf
        here = self._description(portrait)
        return min(float(np.linalg.norm(self._description(other) - here)) for other in known)

    def _too_small(self, portrait: _Portrait) -> bool:
        box = portrait.sighting.box
        return bool(box[2] - box[0] < self._smallest)

    def _description(self, portrait: _Portrait) -> NDArray[np.float64]:
        if portrait.description is None:
            sighting = portrait.sighting
            region = sighting.region
            if region is None:
                raise RuntimeError("a portrait was kept without its pixels")
            shift = np.array([region.left, region.top])
            portrait.description = self._recognizer(region.pixels, sighting.landmarks - shift)
            sighting.region = None
        return portrait.description


def _portrait(trail: FaceTrail) -> _Portrait:
    """Take the surest sighting of a trail; its pixels are kept, whatever the trail forgets."""
    seen = [sighting for sighting in trail.sightings if sighting.region is not None]
    best = max(seen, key=lambda sighting: sighting.confidence or 0.0)
    return _Portrait(Sighting(**vars(best)))

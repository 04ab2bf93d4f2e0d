"""Following all faces through consecutive frames."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from graphforensics.preprocess.box import Box, overlap, square_around
from graphforensics.preprocess.face_check import FaceCheck
from graphforensics.preprocess.face_search import FaceSearch
from graphforensics.preprocess.face_trail import FaceTrail, Sighting
from graphforensics.preprocess.landmarks import LandmarkPredictor, landmark_box
from graphforensics.preprocess.picture import Picture
from graphforensics.preprocess.region import Region
from graphforensics.preprocess.shot_change import ShotChange

# Frames that are kept to look for a face in the past once it was found: this many at most,
# fewer where they are large.
_PAST_FRAMES = 15
_PAST_PIXELS = 64_000_000

# A detector's score from which a face counts as seen; below it, down to the checking
# detector's own threshold, a followed face is kept but none is started.
_SEEN = 0.0


class FaceTracker:
    """Finds faces, follows them by their landmarks, and gives them up when they are gone.

    The landmarks of one frame give the box from which those of the next are found. A
    detector confirms each face every few frames; where it does not, the frames since its last
    word are checked one by one and dropped from the first failure on. A face that is
    found late is followed backwards through the frames at hand.

    Args:
        search: Finds faces in whole frames.
        check: Confirms single faces.
        predictor: Places landmarks.
        every: Frames between two confirmations of a face.
        reach: Side of the kept pixels over the side of the face's box.
    """

    def __init__(
        self,
        search: FaceSearch,
        check: FaceCheck,
        predictor: LandmarkPredictor,
        every: int = 5,
        reach: float = 2.0,
    ) -> None:
        self._search = search
        self._check = check
        self._predictor = predictor
        self._every = every
        self._reach = reach
        self._shot_change = ShotChange()
        self._past: deque[Picture] = deque()
        self.followed: list[FaceTrail] = []
        self.lost: list[FaceTrail] = []

    def restart(self) -> list[FaceTrail]:
        """End all trails, forget the past, and return the trails that ended."""
        self._shot_change.reset()
        self._search.restart()
        return self._end_shot()

    def step(self, picture: Picture) -> list[FaceTrail]:
        """Take the next frame and return the trails that ended for good before it."""
        grey = picture.grey()
        cut = self._shot_change(grey)
        ended = self._end_shot() if cut else self._expired(picture.number)
        losses = self._follow(picture, grey)
        self._find(picture, grey, now=cut or losses)
        self._remember(picture)
        return ended

    def _end_shot(self) -> list[FaceTrail]:
        for trail in self.followed:
            self._verify_tail(trail)
        ended = sorted(self.followed + self.lost, key=lambda trail: trail.first)
        self.followed, self.lost = [], []
        self._past.clear()
        return ended

    def _expired(self, number: int) -> list[FaceTrail]:
        ended = [trail for trail in self.lost if number - trail.last.number > _PAST_FRAMES]
        self.lost = [trail for trail in self.lost if number - trail.last.number <= _PAST_FRAMES]
        return ended

    def _follow(self, picture: Picture, grey: NDArray[np.uint8]) -> bool:
        """Add a sighting to every trail, or lose it; say whether one was lost."""
        kept: list[FaceTrail] = []
        image = picture.rgb() if self.followed else None
        for trail in self.followed:
            sighting = self._sight(picture, grey, trail.last.box, image)
            doubled = any(overlap(sighting.box, other.last.box) > 0.5 for other in kept)
            if not doubled and self._extend(trail, sighting):
                kept.append(trail)
            else:
                self._lose(trail)
        lost = len(kept) < len(self.followed)
        self.followed = kept
        return lost

    def _extend(self, trail: FaceTrail, sighting: Sighting) -> bool:
        due = sighting.number - trail.verified >= self._every
        if due or not _plausible(trail.last.box, sighting.box):
            if not self._confirm(sighting):
                return False
            trail.verified = sighting.number
            trail.checks += 1
        trail.sightings.append(sighting)
        return True

    def _lose(self, trail: FaceTrail) -> None:
        self._verify_tail(trail)
        # A single word of the detector, not confirmed a moment later, is no face.
        if trail.checks > 1 or trail.handed_out >= 0:
            self.lost.append(trail)

    def _verify_tail(self, trail: FaceTrail) -> None:
        """Check what the detector has not seen yet; drop from the first failure on."""
        if trail.last.number > trail.verified and self._confirm(trail.last):
            trail.verified = trail.last.number
            trail.checks += 1
        for place, sighting in enumerate(trail.sightings):
            if sighting.number > trail.verified:
                if not self._confirm(sighting):
                    del trail.sightings[place:]
                    return
                trail.verified = sighting.number

    def _confirm(self, sighting: Sighting) -> bool:
        if sighting.region is None:
            return True
        score = self._check(sighting.region, sighting.box)
        if score is not None and score >= _SEEN:
            sighting.confidence = score
        return score is not None

    def _find(self, picture: Picture, grey: NDArray[np.uint8], now: bool) -> None:
        faces = self._search(picture, seeing=bool(self.followed), now=now)
        image: NDArray[np.uint8] | None = None
        for face in faces:
            if any(_same_place(face.box, trail.last.box) for trail in self.followed):
                continue
            image = picture.rgb() if image is None else image
            sighting = self._sight(picture, grey, face.box, image)
            taken = any(_same_place(sighting.box, trail.last.box) for trail in self.followed)
            if taken or overlap(sighting.box, face.box) < 0.4:
                continue
            self._confirm(sighting)
            if sighting.confidence is not None:
                self.followed.append(self._trail(sighting))

    def _trail(self, sighting: Sighting) -> FaceTrail:
        """Follow a new face backwards; join it to a trail that was just lost there."""
        sightings = [sighting]
        for picture in reversed(self._past):
            earlier = self._earlier(picture, sightings[0])
            if earlier is None:
                break
            sightings.insert(0, earlier)
        for trail in self.lost:
            if trail.last.number < sightings[0].number and _same_place(
                trail.last.box, sightings[0].box
            ):
                self.lost.remove(trail)
                trail.sightings.extend(sightings)
                trail.verified = sighting.number
                trail.checks += 1
                return trail
        return FaceTrail(sightings)

    def _earlier(self, picture: Picture, later: Sighting) -> Sighting | None:
        number = picture.number
        if number != later.number - 1:
            return None
        known = [trail.at(number) for trail in self.followed + self.lost]
        if any(other and _same_place(other.box, later.box) for other in known):
            return None
        sighting = self._sight(picture, picture.grey(), later.box, picture.rgb())
        if any(other and _same_place(other.box, sighting.box) for other in known):
            return None
        return sighting if self._confirm(sighting) else None

    def _sight(
        self, picture: Picture, grey: NDArray[np.uint8], box: Box, image: NDArray[np.uint8] | None
    ) -> Sighting:
        landmarks = self._predictor(grey, box)
        place = landmark_box(landmarks)
        region = Region.around(picture.rgb() if image is None else image, place, self._reach)
        return Sighting(picture.number, picture.time, landmarks, place, region)

    def _remember(self, picture: Picture) -> None:
        self._past.append(picture)
        room = max(1, _PAST_PIXELS // (picture.height * picture.width))
        while len(self._past) > min(room, _PAST_FRAMES):
            self._past.popleft()


def _plausible(before: Box, after: Box) -> bool:
    """Whether a box may be the next one of a face: it moves and grows a little only."""
    x0, y0, side0 = square_around(before, 1.0)
    x1, y1, side1 = square_around(after, 1.0)
    return max(abs(x1 - x0), abs(y1 - y0)) < 0.4 * side0 and 0.75 < side1 / side0 < 1.33


def _same_place(first: Box, second: Box) -> bool:
    return overlap(first, second) > 0.3

"""Following all faces through consecutive frames."""

from __future__ import annotations

from collections import deque

from graphforensics.media.picture import Picture
from graphforensics.preprocess.crop.box import Box, overlap
from graphforensics.preprocess.detect.detection_schedule import FaceSearch
from graphforensics.preprocess.track.landmark_tracking import FaceSight, FrameView, moved
from graphforensics.preprocess.track.shot_change import ShotChange
from graphforensics.preprocess.track.tracklet import FaceTrail, Sighting

# Frames that are kept to look for a face in the past once it was found: this many at most,
# fewer where they are large.
_PAST_FRAMES = 15
_PAST_PIXELS = 64_000_000

# The detector's confidence in one face, on its small picture: of 600 faces that its full search
# finds in real clips one in two hundred has less than 0.5. A face that it is less sure of is
# confirmed in every frame, and one that it doubts is not begun.
_SURE = 0.5
_NEW = 0.25


class FaceTracker:
    """Finds faces, follows them by their landmarks, and gives them up when they are gone.

    The landmarks of one frame give the box from which those of the next are found. A
    detector confirms each face every few frames, and at once while it moves fast; where it
    does not, the frames since its last word are checked one by one and dropped from the
    first failure on. A face that is found late is followed backwards through the frames
    at hand.

    Args:
        search: Finds faces in whole frames.
        sight: Places landmarks and confirms single faces.
        every: Frames between two confirmations of a face.
    """

    def __init__(self, search: FaceSearch, sight: FaceSight, every: int = 5) -> None:
        self._search = search
        self._sight = sight
        self._every = every
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
        view = FrameView(picture)
        cut = self._shot_change(view.grey)
        ended = self._end_shot() if cut else self._expired(picture.number)
        losses = self._follow(view)
        self._find(view, fresh=cut or losses)
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

    def _follow(self, view: FrameView) -> bool:
        """Add a sighting to every trail, or lose it; say whether one was lost."""
        kept: list[FaceTrail] = []
        for trail in self.followed:
            sighting = self._sight.follow(view, trail.last.box)
            doubled = any(overlap(sighting.box, other.last.box) > 0.5 for other in kept)
            if not doubled and self._extend(view, trail, sighting):
                kept.append(trail)
            else:
                self._lose(trail)
        lost = len(kept) < len(self.followed)
        self.followed = kept
        return lost

    def _extend(self, view: FrameView, trail: FaceTrail, sighting: Sighting) -> bool:
        waited = sighting.number - trail.verified
        if waited < self._every and not trail.doubtful and not moved(trail.last.box, sighting.box):
            trail.sightings.append(sighting)
            return True
        seen = self._sight.confirm(sighting)
        if seen is None or moved(trail.last.box, sighting.box, share=0.5):
            return False
        right = self._sight.correct(view, sighting, seen)
        if right is not sighting:
            self._correct_tail(trail, right)
        trail.sightings.append(right)
        trail.verified = sighting.number
        trail.checks += 1
        trail.doubtful = seen.confidence < _SURE or right is not sighting
        return True

    def _correct_tail(self, trail: FaceTrail, right: Sighting) -> None:
        """Follow a corrected face backwards as far as the trail had gone astray."""
        later = right
        for picture in reversed(self._past):
            old = trail.last if picture.number == trail.last.number else trail.at(picture.number)
            if old is None or old.number <= max(trail.verified, trail.handed_out):
                return
            new = self._sight.follow(FrameView(picture), later.box)
            if overlap(new.box, old.box) > 0.8 or not self._sight.confirm(new):
                return
            trail.sightings[trail.sightings.index(old)] = new
            later = new

    def _lose(self, trail: FaceTrail) -> None:
        self._verify_tail(trail)
        # A single word of the detector, not confirmed a moment later, is no face.
        if trail.checks > 1 or trail.handed_out >= 0:
            self.lost.append(trail)

    def _verify_tail(self, trail: FaceTrail) -> None:
        """Check what the detector has not seen yet; drop from the first failure on."""
        if trail.last.number > trail.verified and self._sight.confirm(trail.last):
            trail.verified = trail.last.number
            trail.checks += 1
        for place, sighting in enumerate(trail.sightings):
            if sighting.number > trail.verified:
                if not self._sight.confirm(sighting):
                    del trail.sightings[place:]
                    return
                trail.verified = sighting.number

    def _find(self, view: FrameView, fresh: bool) -> None:
        for face in self._search(view.picture, seeing=bool(self.followed), fresh=fresh):
            if self._taken(face.box):
                continue
            sighting = self._sight.look(view, face.box)
            if self._taken(sighting.box) or overlap(sighting.box, face.box) < 0.4:
                continue
            seen = self._sight.confirm(sighting)
            if seen is not None and seen.confidence >= _NEW:
                self.followed.append(self._trail(sighting))

    def _taken(self, box: Box) -> bool:
        return any(_same_place(box, trail.last.box) for trail in self.followed)

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
        known = [trail.at(picture.number) for trail in self.followed + self.lost]
        if any(other and _same_place(other.box, later.box) for other in known):
            return None
        sighting = self._sight.follow(FrameView(picture), later.box)
        if any(other and _same_place(other.box, sighting.box) for other in known):
            return None
        return sighting if self._sight.confirm(sighting) else None

    def _remember(self, picture: Picture) -> None:
        self._past.append(picture)
        room = max(1, _PAST_PIXELS // (picture.height * picture.width))
        while len(self._past) > min(room, _PAST_FRAMES):
            self._past.popleft()


def _same_place(first: Box, second: Box) -> bool:
    return overlap(first, second) > 0.3

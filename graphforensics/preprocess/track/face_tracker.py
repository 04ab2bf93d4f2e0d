"""Following all faces through consecutive frames."""

from __future__ import annotations

from collections import deque

from graphforensics.media.picture import Picture
from graphforensics.preprocess.crop.box import Box, overlap
from graphforensics.preprocess.detect.detection_schedule import DetectionSchedule
from graphforensics.preprocess.track.landmark_tracking import LandmarkTracker, moved
from graphforensics.preprocess.track.shot_change import ShotChange
from graphforensics.preprocess.track.tracklet import Observation, Tracklet

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

    def __init__(self, search: DetectionSchedule, sight: LandmarkTracker, every: int = 5) -> None:
        self._search = search
        self._sight = sight
        self._every = every
        self._shot_change = ShotChange()
        self._past: deque[Picture] = deque()
        self.followed: list[Tracklet] = []
        self.lost: list[Tracklet] = []

    def restart(self) -> list[Tracklet]:
        """End all tracklets, forget the past, and return the tracklets that ended."""
        self._shot_change.reset()
        self._search.restart()
        return self._end_shot()

    def step(self, picture: Picture) -> list[Tracklet]:
        """Take the next frame and return the tracklets that ended for good before it."""
        cut = self._shot_change(picture.grey())
        ended = self._end_shot() if cut else self._expired(picture.number)
        losses = self._follow(picture)
        self._find(picture, fresh=cut or losses)
        self._remember(picture)
        return ended

    def _end_shot(self) -> list[Tracklet]:
        for tracklet in self.followed:
            self._verify_tail(tracklet)
        ended = sorted(self.followed + self.lost, key=lambda tracklet: tracklet.first)
        self.followed, self.lost = [], []
        self._past.clear()
        return ended

    def _expired(self, number: int) -> list[Tracklet]:
        ended = [tracklet for tracklet in self.lost if number - tracklet.last.number > _PAST_FRAMES]
        self.lost = [
            tracklet for tracklet in self.lost if number - tracklet.last.number <= _PAST_FRAMES
        ]
        return ended

    def _follow(self, picture: Picture) -> bool:
        """Add an observation to every tracklet, or lose it; say whether one was lost."""
        kept: list[Tracklet] = []
        for tracklet in self.followed:
            observation = self._sight.follow(picture, tracklet.last.box)
            doubled = any(overlap(observation.box, other.last.box) > 0.5 for other in kept)
            if not doubled and self._extend(picture, tracklet, observation):
                kept.append(tracklet)
            else:
                self._lose(tracklet)
        lost = len(kept) < len(self.followed)
        self.followed = kept
        return lost

    def _extend(self, picture: Picture, tracklet: Tracklet, observation: Observation) -> bool:
        waited = observation.number - tracklet.verified
        if (
            waited < self._every
            and not tracklet.doubtful
            and not moved(tracklet.last.box, observation.box)
        ):
            tracklet.observations.append(observation)
            return True
        seen = self._sight.confirm(observation)
        if seen is None or moved(tracklet.last.box, observation.box, share=0.5):
            return False
        right = self._sight.correct(picture, observation, seen)
        if right is not observation:
            self._correct_tail(tracklet, right)
        tracklet.observations.append(right)
        tracklet.verified = observation.number
        tracklet.checks += 1
        tracklet.doubtful = seen.confidence < _SURE or right is not observation
        return True

    def _correct_tail(self, tracklet: Tracklet, right: Observation) -> None:
        """Follow a corrected face backwards as far as the tracklet had gone astray."""
        later = right
        for picture in reversed(self._past):
            old = (
                tracklet.last
                if picture.number == tracklet.last.number
                else tracklet.at(picture.number)
            )
            if old is None or old.number <= max(tracklet.verified, tracklet.handed_out):
                return
            new = self._sight.follow(picture, later.box)
            if overlap(new.box, old.box) > 0.8 or not self._sight.confirm(new):
                return
            tracklet.observations[tracklet.observations.index(old)] = new
            later = new

    def _lose(self, tracklet: Tracklet) -> None:
        self._verify_tail(tracklet)
        # A single word of the detector, not confirmed a moment later, is no face.
        if tracklet.checks > 1 or tracklet.handed_out >= 0:
            self.lost.append(tracklet)

    def _verify_tail(self, tracklet: Tracklet) -> None:
        """Check what the detector has not seen yet; drop from the first failure on."""
        if tracklet.last.number > tracklet.verified and self._sight.confirm(tracklet.last):
            tracklet.verified = tracklet.last.number
            tracklet.checks += 1
        for place, observation in enumerate(tracklet.observations):
            if observation.number > tracklet.verified:
                if not self._sight.confirm(observation):
                    del tracklet.observations[place:]
                    return
                tracklet.verified = observation.number

    def _find(self, picture: Picture, fresh: bool) -> None:
        for face in self._search(picture, seeing=bool(self.followed), fresh=fresh):
            if self._taken(face.box):
                continue
            observation = self._sight.look(picture, face.box)
            if self._taken(observation.box) or overlap(observation.box, face.box) < 0.4:
                continue
            seen = self._sight.confirm(observation)
            if seen is not None and seen.confidence >= _NEW:
                self.followed.append(self._tracklet(observation))

    def _taken(self, box: Box) -> bool:
        return any(_same_place(box, tracklet.last.box) for tracklet in self.followed)

    def _tracklet(self, observation: Observation) -> Tracklet:
        """Follow a new face backwards; join it to a tracklet that was just lost there."""
        observations = [observation]
        for picture in reversed(self._past):
            earlier = self._earlier(picture, observations[0])
            if earlier is None:
                break
            observations.insert(0, earlier)
        for tracklet in self.lost:
            if tracklet.last.number < observations[0].number and _same_place(
                tracklet.last.box, observations[0].box
            ):
                self.lost.remove(tracklet)
                tracklet.observations.extend(observations)
                tracklet.verified = observation.number
                tracklet.checks += 1
                return tracklet
        return Tracklet(observations)

    def _earlier(self, picture: Picture, later: Observation) -> Observation | None:
        known = [tracklet.at(picture.number) for tracklet in self.followed + self.lost]
        if any(other and _same_place(other.box, later.box) for other in known):
            return None
        observation = self._sight.follow(picture, later.box)
        if any(other and _same_place(other.box, observation.box) for other in known):
            return None
        return observation if self._sight.confirm(observation) else None

    def _remember(self, picture: Picture) -> None:
        self._past.append(picture)
        room = max(1, _PAST_PIXELS // (picture.height * picture.width))
        while len(self._past) > min(room, _PAST_FRAMES):
            self._past.popleft()


def _same_place(first: Box, second: Box) -> bool:
    return overlap(first, second) > 0.3

"""Landmarks of one face in one frame, and the detector's confirmation."""

from __future__ import annotations

from graphforensics.media.picture import Picture
from graphforensics.preprocess.crop.box import Box, overlap, square_around
from graphforensics.preprocess.crop.region import Region
from graphforensics.preprocess.detect.detection import Detection
from graphforensics.preprocess.detect.landmarks import LandmarkPredictor, landmark_box
from graphforensics.preprocess.detect.verification import FaceVerifier
from graphforensics.preprocess.track.tracklet import Observation

# A detector's score from which a face counts as seen; below it, down to the checking
# detector's own threshold, a followed face is kept but none is started.
_SEEN = 0.0

# The detector's box, in steps of 1.2, and that of well placed landmarks overlap by 0.78 and
# more as a rule; from below this the landmarks are placed anew, in the detector's box.
_ASTRAY = 0.72

# A face that moves or grows by more than this share of its side is looked at twice.
_STILL = 0.06


class LandmarkTracker:
    """Places landmarks on a face and asks the detector whether it is one.

    Args:
        check: Confirms single faces.
        predictor: Places landmarks.
        reach: Side of the kept pixels over the side of the face's box.
    """

    def __init__(self, check: FaceVerifier, predictor: LandmarkPredictor, reach: float) -> None:
        self._check = check
        self._predictor = predictor
        self._reach = reach

    def look(self, picture: Picture, box: Box) -> Observation:
        """Place landmarks from a box."""
        landmarks = self._predictor(picture.grey(), box)
        place = landmark_box(landmarks)
        region = Region.around(picture.rgb(), place, self._reach)
        return Observation(picture.number, picture.time, landmarks, place, region)

    def follow(self, picture: Picture, box: Box) -> Observation:
        """Place landmarks from the face's box in the frame before or after.

        Where the face has moved, they are placed once more from the box that they imply:
        a box beside the face draws them away from it.
        """
        observation = self.look(picture, box)
        return self.look(picture, observation.box) if moved(box, observation.box) else observation

    def confirm(self, observation: Observation) -> Detection | None:
        """Ask the detector about an observation; its confidence is noted where it sees a face.

        An observation whose pixels were let go has been handed out: nobody asks about it.
        """
        if observation.region is None:
            return None
        seen = self._check(observation.region, observation.box)
        if seen is not None and seen.confidence >= _SEEN:
            observation.confidence = seen.confidence
        return seen

    def correct(self, picture: Picture, observation: Observation, seen: Detection) -> Observation:
        """Return the observation, or a better one where the landmarks went astray."""
        if seen.confidence < _SEEN or overlap(seen.box, observation.box) >= _ASTRAY:
            return observation
        better = self.look(picture, seen.box)
        if overlap(seen.box, better.box) <= overlap(seen.box, observation.box):
            return observation
        better.confidence = seen.confidence
        return better


def moved(before: Box, after: Box, share: float = _STILL) -> bool:
    """Whether a box has moved, or changed its side, by more than a share of its side."""
    x0, y0, side0 = square_around(before, 1.0)
    x1, y1, side1 = square_around(after, 1.0)
    return bool(max(abs(x1 - x0), abs(y1 - y0), abs(side1 - side0)) > share * side0)

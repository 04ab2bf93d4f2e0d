"""Looking for faces in whole frames, seldom enough to be cheap."""

from __future__ import annotations

import numpy as np

from graphforensics.media.picture import Picture
from graphforensics.preprocess.crop.box import overlap
from graphforensics.preprocess.detect.detection import Detection
from graphforensics.preprocess.detect.face_detector import FaceDetector

# Shorter side of the copies that are searched. A detector whose smallest face has 80 pixels
# finds faces of 22, 11 and 6 % of the frame's shorter side on them.
_SIDES = (360, 720, 1440)
# No copy is more than twice as large as the frame (there is nothing more to see in it), and a
# panorama is searched as if its longer side were three times the shorter one.
_ENLARGE = 2.0
_ELONGATED = 3.0

# A copy is searched after this many times ``every`` frames: while no face is in sight, while
# there are some, and when a shot begins. The larger ones cost 4 and 16 times as much as the first.
_PAUSES_BLIND = (1.0, 3.0, 12.0)
_PAUSES_SEEING = (4.0, 20.0, np.inf)
_PAUSES_FRESH = (0.0, 3.0, np.inf)


class DetectionSchedule:
    """Finds faces in frames, on a small copy first and on larger ones now and then.

    Args:
        detector: What finds faces in an image.
        every: Frames between two searches while no face is in sight.
        levels: Copies that are searched at most, from the smallest up.
    """

    def __init__(self, detector: FaceDetector, every: int = 5, levels: int = len(_SIDES)) -> None:
        self.detector = detector
        self.every = every
        self.levels = levels
        self.restart()

    def restart(self) -> None:
        """Search the next frame on every copy that its faces call for."""
        # Longer than any pause but the endless one.
        self._waited = [1e9] * len(_SIDES)

    def __call__(self, picture: Picture, seeing: bool, fresh: bool) -> list[Detection]:
        """Return the faces in a frame, in its pixels, or none where no search is due.

        Args:
            picture: The next frame.
            seeing: Whether a face is in sight already.
            fresh: Whether a shot begins, or a face was just lost.
        """
        found: list[Detection] = []
        self._waited = [waited + 1 for waited in self._waited]
        scales = _scales(picture.height, picture.width)[: self.levels]
        for level, scale in enumerate(scales):
            pause = (_PAUSES_SEEING if seeing else _PAUSES_BLIND)[level]
            if fresh:
                pause = min(pause, _PAUSES_FRESH[level])
            if self._waited[level] >= pause * self.every:
                self._waited[level] = 0
                for face in self._faces(picture, scale):
                    if all(overlap(face.box, other.box) < 0.3 for other in found):
                        found.append(face)
                seeing = seeing or bool(found)
        return found

    def _faces(self, picture: Picture, scale: float) -> list[Detection]:
        width = max(1, round(picture.width * scale))
        height = max(1, round(picture.height * scale))
        image = picture.small(width, height, colour=wants_colour(self.detector))
        ratio = np.array([picture.width / width, picture.height / height] * 2)
        faces = []
        for face in self.detector(image):
            x0, y0, x1, y1 = (ratio * face.box).tolist()
            faces.append(Detection((x0, y0, x1, y1), face.confidence))
        return faces


def wants_colour(detector: FaceDetector) -> bool:
    """Whether a detector must be given RGB; one that says ``colour = False`` takes grey too."""
    return bool(getattr(detector, "colour", True))


def _scales(height: int, width: int) -> list[float]:
    scales: list[float] = []
    for side in _SIDES:
        area = _ELONGATED * side * side
        largest = min(side / min(height, width), float(np.sqrt(area / (height * width))))
        scale = min(largest, _ENLARGE if scales else 1.0)
        if not scales or scale > 1.2 * scales[-1]:
            scales.append(scale)
    return scales

"""Whether a followed face is still a face."""

from __future__ import annotations

from graphforensics.media.resize import resize, to_grey
from graphforensics.preprocess.crop.box import Box, square_around
from graphforensics.preprocess.crop.region import Region
from graphforensics.preprocess.detect.detection import Detection
from graphforensics.preprocess.detect.detection_schedule import wants_colour
from graphforensics.preprocess.detect.face_detector import FaceDetector

# The face is looked for in a square of this many times its box, scaled to this side: the face
# then has 88 pixels, just above the smallest that dlib's HOG detector knows.
_AROUND = 1.6
_SIDE = 140


class FaceVerifier:
    """Runs a detector on a small picture of one face.

    Args:
        detector: What finds faces; it should report uncertain ones too.
    """

    def __init__(self, detector: FaceDetector) -> None:
        self.detector = detector

    def __call__(self, region: Region, box: Box) -> Detection | None:
        """Return the face at ``box`` as the detector sees it, or ``None`` without one.

        Args:
            region: Pixels around the face.
            box: The face, in pixels of the frame.
        """
        x, y, wanted = square_around(box, _AROUND)
        side = round(wanted)
        if side < 4:
            return None
        left, top = round(x - wanted / 2), round(y - wanted / 2)
        square = region.cut(left, top, side)
        if not wants_colour(self.detector):
            square = to_grey(square)
        small = resize(square, _SIDE, _SIDE, reducing_gap=1.0)
        faces = [face for face in self.detector(small) if _central(face.box)]
        if not faces:
            return None
        best = max(faces, key=lambda face: face.confidence)
        x0, y0, x1, y1 = (edge * side / _SIDE for edge in best.box)
        return Detection((left + x0, top + y0, left + x1, top + y1), best.confidence)


def _central(box: Box) -> bool:
    """Whether a box in the small picture is the face that was looked for, not a neighbour."""
    x, y, side = square_around(box, 1.0)
    face = _SIDE / _AROUND
    off = max(abs(x - _SIDE / 2), abs(y - _SIDE / 2))
    return off < 0.35 * face and 0.6 < side / face < 1.6

"""The tracker that extraction options ask for."""

from __future__ import annotations

from graphforensics.preprocess.detect.detection_schedule import DetectionSchedule
from graphforensics.preprocess.detect.dlib_cnn_detector import DlibCnnDetector
from graphforensics.preprocess.detect.dlib_hog_detector import DlibHogDetector
from graphforensics.preprocess.detect.face_detector import FaceDetector
from graphforensics.preprocess.detect.landmarks import LandmarkPredictor
from graphforensics.preprocess.detect.verification import FaceVerifier
from graphforensics.preprocess.pipeline.crop_face import kept_reach
from graphforensics.preprocess.track.face_tracker import FaceTracker
from graphforensics.preprocess.track.landmark_tracking import LandmarkTracker
from graphforensics.store.extraction_options import ExtractionOptions

# A followed face is kept while the HOG detector's score stays above this; on real clips faces
# that its full search finds score 0.5 and more, places beside a face below -0.8 (99 %).
_DOUBT = -0.5


def build_tracker(
    options: ExtractionOptions, detector: FaceDetector | None = None, levels: int = 3
) -> FaceTracker:
    """Put a tracker together.

    Args:
        options: How faces are extracted.
        detector: A detector of one's own; it takes the place of ``options.detector``.
        levels: Copies of a frame that are searched at most, from the smallest up.

    Raises:
        MissingDataError: A model file is missing.
    """
    chosen = detector if detector is not None else _detector(options)
    # The HOG detector's doubts decide about faces that are followed already.
    hog = isinstance(chosen, DlibHogDetector)
    doubtful = DlibHogDetector(threshold=_DOUBT) if hog else chosen
    return FaceTracker(
        DetectionSchedule(chosen, options.detect_every, levels),
        LandmarkTracker(
            FaceVerifier(doubtful), LandmarkPredictor(options.landmarks_path), kept_reach(options)
        ),
        options.detect_every,
    )


def _detector(options: ExtractionOptions) -> FaceDetector:
    if options.detector == "cnn":
        return DlibCnnDetector(options.detector_path)
    return DlibHogDetector()

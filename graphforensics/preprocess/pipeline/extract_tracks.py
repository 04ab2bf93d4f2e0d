"""The faces of one file, person by person, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from graphforensics.errors import UnreadableMediaError
from graphforensics.media.media import Media, open_media
from graphforensics.media.selection import parse_selection
from graphforensics.preprocess.crop.crop_face import crop_face, kept_reach
from graphforensics.preprocess.detect.detection_schedule import DetectionSchedule
from graphforensics.preprocess.detect.dlib_cnn_detector import DlibCnnDetector
from graphforensics.preprocess.detect.dlib_hog_detector import DlibHogDetector
from graphforensics.preprocess.detect.face_detector import FaceDetector
from graphforensics.preprocess.detect.face_recognizer import FaceRecognizer
from graphforensics.preprocess.detect.landmarks import LandmarkPredictor
from graphforensics.preprocess.detect.verification import FaceVerifier
from graphforensics.preprocess.track.face_tracker import FaceTracker
from graphforensics.preprocess.track.identity_matcher import IdentityMatcher
from graphforensics.preprocess.track.landmark_tracking import LandmarkTracker
from graphforensics.preprocess.track.tracklet import Tracklet
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.extraction_report import ExtractionReport
from graphforensics.store.track_frame import TrackFrame

# A followed face is kept while the HOG detector's score stays above this; on real clips faces
# that its full search finds score 0.5 and more, places beside a face below -0.8 (99 %).
_DOUBT = -0.5


def extract_tracks(
    path: str | Path,
    options: ExtractionOptions | None = None,
    report: ExtractionReport | None = None,
    *,
    detector: FaceDetector | None = None,
    media: Media | None = None,
) -> Iterator[TrackFrame]:
    """Find, follow and cut out every face of a video, an image or an animation.

    Memory does not grow with the length of the file: what is held are the frames and
    faces of about the last second. Numbers ascend within a person; persons who are in
    sight together alternate.

    Args:
        path: The file.
        options: How to extract; the defaults of :class:`ExtractionOptions` otherwise.
        report: Filled in while the faces are drawn.
        detector: A detector of one's own; it takes the place of ``options.detector``.
        media: The file, where it has been opened already.

    Yields:
        A :class:`TrackFrame` a face and frame; nothing where no face is found.

    Raises:
        UnreadableMediaError: The file cannot be decoded: raised by the call itself, or at
            the end where not one of the wanted frames was intact.
        MissingDataError: A model file is missing.

    Example:
        >>> import tempfile
        >>> from graphforensics.media.write_clip import write_clip
        >>> from graphforensics.datasets.moving_face import moving_face
        >>> path = tempfile.mkdtemp() + "/clip.mp4"
        >>> write_clip(path, moving_face(6))
        6
        >>> faces = list(extract_tracks(path))
        >>> len(faces), faces[0].landmarks.shape, {face.person for face in faces}
        (6, (68, 2), {0})
    """
    chosen = options if options is not None else ExtractionOptions()
    media = open_media(path) if media is None else media
    counts = report if report is not None else ExtractionReport()
    return _Extraction(path, media, chosen, detector, counts).run()


class _Extraction:
    def __init__(
        self,
        path: str | Path,
        media: Media,
        options: ExtractionOptions,
        detector: FaceDetector | None,
        report: ExtractionReport,
    ) -> None:
        self._path = path
        self._media = media
        self._options = options
        self._report = report
        self._tracker = _tracker(options, detector)
        self._matcher = IdentityMatcher(
            FaceRecognizer(options.recognition_path), smallest=options.min_face
        )
        self._covered = np.zeros(media.info.frames, np.bool_)

    def run(self) -> Iterator[TrackFrame]:
        report = self._report
        report.truncated = self._media.info.truncated
        runs = parse_selection(self._options.selection).numbers(self._media.info.times)
        wanted = [number for run in runs for number in run]
        last: int | None = None
        for picture in self._media.pictures(wanted):
            if last is None or picture.number != last + 1:
                yield from self._hand_out(self._tracker.restart())
            last = picture.number
            yield from self._hand_out(self._tracker.step(picture))
            report.frames += 1
        yield from self._hand_out(self._tracker.restart())
        report.faceless = report.frames - int(self._covered.sum())
        report.undecoded = len(wanted) - report.frames
        if not report.frames:
            raise UnreadableMediaError(self._path, "none of the wanted frames can be decoded")

    def _hand_out(self, ended: list[Tracklet]) -> Iterator[TrackFrame]:
        """Yield what has become certain: all of the tracklets that ended, part of the others."""
        self._matcher.name(
            [tracklet for tracklet in ended if tracklet.person is None and tracklet.observations]
        )
        for tracklet in ended:
            yield from self._ready(tracklet, np.inf)
        half = self._options.smoothing / 2
        waiting = [
            tracklet for tracklet in self._tracker.followed if self._may_begin(tracklet, half)
        ]
        self._matcher.name([tracklet for tracklet in waiting if tracklet.person is None])
        for tracklet in waiting:
            verified = tracklet.at(tracklet.verified)
            yield from self._ready(tracklet, verified.time - half if verified else -np.inf)

    def _may_begin(self, tracklet: Tracklet, half: float) -> bool:
        """Whether a tracklet may be handed out: nobody who left before it is still unfinished."""
        if tracklet.person is not None:
            return True
        if tracklet.checks < 2 or tracklet.last.time - tracklet.observations[0].time < half:
            return False
        return all(lost.last.number >= tracklet.first for lost in self._tracker.lost)

    def _ready(self, tracklet: Tracklet, until: float) -> Iterator[TrackFrame]:
        for place, observation in enumerate(tracklet.observations):
            if observation.number <= tracklet.handed_out or observation.time > until:
                continue
            if tracklet.person is None:
                raise RuntimeError("a face is handed out before it is known whose it is")
            if tracklet.segment < 0 or observation.number != tracklet.handed_out + 1:
                tracklet.segment = self._matcher.next_segment(tracklet.person)
            tracklet.handed_out = observation.number
            self._covered[observation.number] = True
            self._report.faces += 1
            self._report.persons = len(self._matcher)
            yield crop_face(tracklet, place, self._options)
            observation.region = None
        tracklet.forget(tracklet.handed_out, self._options.smoothing)


def _tracker(options: ExtractionOptions, detector: FaceDetector | None) -> FaceTracker:
    chosen = detector if detector is not None else _detector(options)
    # The HOG detector's doubts decide about faces that are followed already.
    hog = isinstance(chosen, DlibHogDetector)
    doubtful = DlibHogDetector(threshold=_DOUBT) if hog else chosen
    return FaceTracker(
        DetectionSchedule(chosen, options.detect_every),
        LandmarkTracker(
            FaceVerifier(doubtful), LandmarkPredictor(options.landmarks_path), kept_reach(options)
        ),
        options.detect_every,
    )


def _detector(options: ExtractionOptions) -> FaceDetector:
    if options.detector == "cnn":
        return DlibCnnDetector(options.detector_path)
    return DlibHogDetector()

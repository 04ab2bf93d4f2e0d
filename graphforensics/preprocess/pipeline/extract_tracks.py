"""The faces of one file, person by person, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from graphforensics.errors import UnreadableMediaError
from graphforensics.media.media import Media, open_media
from graphforensics.media.selection import parse_selection
from graphforensics.preprocess.crop.crop_face import finished_face, kept_reach
from graphforensics.preprocess.detect.detection_schedule import FaceSearch
from graphforensics.preprocess.detect.dlib_cnn_detector import DlibCnnDetector
from graphforensics.preprocess.detect.dlib_hog_detector import DlibHogDetector
from graphforensics.preprocess.detect.face_detector import FaceDetector
from graphforensics.preprocess.detect.face_recognizer import FaceRecognizer
from graphforensics.preprocess.detect.landmarks import LandmarkPredictor
from graphforensics.preprocess.detect.verification import FaceCheck
from graphforensics.preprocess.track.face_tracker import FaceTracker
from graphforensics.preprocess.track.identity_matcher import PersonBook
from graphforensics.preprocess.track.landmark_tracking import FaceSight
from graphforensics.preprocess.track.tracklet import FaceTrail
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
    media = open_media(path)
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
        self._book = PersonBook(FaceRecognizer(options.recognition_path), smallest=options.min_face)
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

    def _hand_out(self, ended: list[FaceTrail]) -> Iterator[TrackFrame]:
        """Yield what has become certain: all of the trails that ended, part of the others."""
        self._book.name([trail for trail in ended if trail.person is None and trail.sightings])
        for trail in ended:
            yield from self._ready(trail, np.inf)
        half = self._options.smoothing / 2
        waiting = [trail for trail in self._tracker.followed if self._may_begin(trail, half)]
        self._book.name([trail for trail in waiting if trail.person is None])
        for trail in waiting:
            verified = trail.at(trail.verified)
            yield from self._ready(trail, verified.time - half if verified else -np.inf)

    def _may_begin(self, trail: FaceTrail, half: float) -> bool:
        """Whether a trail may be handed out: nobody who left before it is still unfinished."""
        if trail.person is not None:
            return True
        if trail.checks < 2 or trail.last.time - trail.sightings[0].time < half:
            return False
        return all(lost.last.number >= trail.first for lost in self._tracker.lost)

    def _ready(self, trail: FaceTrail, until: float) -> Iterator[TrackFrame]:
        for place, sighting in enumerate(trail.sightings):
            if sighting.number <= trail.handed_out or sighting.time > until:
                continue
            if trail.person is None:
                raise RuntimeError("a face is handed out before it is known whose it is")
            if trail.segment < 0 or sighting.number != trail.handed_out + 1:
                trail.segment = self._book.next_segment(trail.person)
            trail.handed_out = sighting.number
            self._covered[sighting.number] = True
            self._report.faces += 1
            self._report.persons = len(self._book)
            yield finished_face(trail, place, self._options)
            sighting.region = None
        trail.forget(trail.handed_out, self._options.smoothing)


def _tracker(options: ExtractionOptions, detector: FaceDetector | None) -> FaceTracker:
    chosen = detector if detector is not None else _detector(options)
    # The HOG detector's doubts decide about faces that are followed already.
    hog = isinstance(chosen, DlibHogDetector)
    doubtful = DlibHogDetector(threshold=_DOUBT) if hog else chosen
    return FaceTracker(
        FaceSearch(chosen, options.detect_every),
        FaceSight(
            FaceCheck(doubtful), LandmarkPredictor(options.landmarks_path), kept_reach(options)
        ),
        options.detect_every,
    )


def _detector(options: ExtractionOptions) -> FaceDetector:
    if options.detector == "cnn":
        return DlibCnnDetector(options.detector_path)
    return DlibHogDetector()

"""The faces of one file, person by person, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from graphforensics.errors import UnreadableMediaError
from graphforensics.media.open_media import Media, open_media
from graphforensics.media.selection import parse_selection
from graphforensics.media.turned_media import TurnedMedia
from graphforensics.preprocess.detect.face_detector import FaceDetector
from graphforensics.preprocess.detect.face_recognizer import FaceRecognizer
from graphforensics.preprocess.pipeline.build_tracker import build_tracker
from graphforensics.preprocess.pipeline.crop_face import crop_face
from graphforensics.preprocess.pipeline.second_look import SecondLook, second_look
from graphforensics.preprocess.track.identity_matcher import IdentityMatcher
from graphforensics.preprocess.track.tracklet import Tracklet
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.extraction_report import ExtractionReport
from graphforensics.store.track_frame import TrackFrame


def extract_tracks(
    path: str | Path,
    options: ExtractionOptions | None = None,
    report: ExtractionReport | None = None,
    *,
    detector: FaceDetector | None = None,
    turned: bool = False,
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
        turned: Where no face is found upright but some are in turned frames, extract these:
            places are then in pixels of the turned frames. ``report.notes`` says so. Without it
            ``report.hint`` says that the file is to be turned.
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
    return _looked_at_twice(_Extraction(path, media, chosen, detector, counts), turned)


def _looked_at_twice(extraction: _Extraction, turned: bool) -> Iterator[TrackFrame]:
    """Extract; where there is no face, find out why."""
    yield from extraction.run()
    if extraction.report.faces:
        return
    look = extraction.second_look()
    if not (turned and look.degrees):
        extraction.report.hint = look.hint
        return
    again = extraction.turned(look.degrees)
    yield from again.run()
    again.report.add_note(f"no face found upright: frames were turned by {look.turn}")


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
        self._detector = detector
        self.report = report
        self._tracker = build_tracker(options, detector)
        self._matcher = IdentityMatcher(
            FaceRecognizer(options.recognition_path), smallest=options.min_face
        )
        self._covered = np.zeros(media.info.frames, np.bool_)

    def run(self) -> Iterator[TrackFrame]:
        report = self.report
        report.truncated = self._media.info.truncated
        report.notes = "; ".join(self._media.info.notes) or None
        wanted = self._wanted()
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

    def second_look(self) -> SecondLook:
        """Find out why there is no face."""
        return second_look(self._media, self._options, self._detector, self._wanted())

    def turned(self, degrees: int) -> _Extraction:
        """Return the extraction of the same frames in another orientation, counted anew."""
        self.report.frames = 0
        media = TurnedMedia(self._media, degrees)
        return _Extraction(self._path, media, self._options, self._detector, self.report)

    def _wanted(self) -> list[int]:
        runs = parse_selection(self._options.selection).numbers(self._media.info.times)
        return [number for run in runs for number in run]

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
            self.report.faces += 1
            self.report.persons = len(self._matcher)
            yield crop_face(tracklet, place, self._options)
            observation.region = None
        tracklet.forget(tracklet.handed_out, self._options.smoothing)

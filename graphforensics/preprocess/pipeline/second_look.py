"""Why no face was found: whether the file is turned, or too dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from graphforensics.media.open_media import Media
from graphforensics.media.picture import ArrayPicture, Picture
from graphforensics.media.turned_media import TurnedMedia
from graphforensics.preprocess.detect.face_detector import FaceDetector
from graphforensics.preprocess.pipeline.build_tracker import build_tracker
from graphforensics.store.extraction_options import ExtractionOptions

# A few frames tell; the largest copies of them would take longest and are not searched.
_FRAMES, _LEVELS = 4, 2
_TURNS = {
    90: "a quarter turn to the left",
    270: "a quarter turn to the right",
    180: "half a turn",
}
# Mean grey levels: darker frames are brightened to the second, and below the third no more is
# expected of them.
_DARK, _BRIGHT, _BLACK = 64.0, 110.0, 16.0


@dataclass(frozen=True)
class SecondLook:
    """What was found in a few frames of a file without a face.

    Args:
        degrees: Turned counter-clockwise by so much, frames show faces; 0: no turn helps.
        hint: What a user can do, ``None`` where nothing is known to help.
    """

    degrees: int = 0
    hint: str | None = None

    @property
    def turn(self) -> str:
        """The turn in words."""
        return _TURNS.get(self.degrees, "no turn")


def second_look(
    media: Media,
    options: ExtractionOptions,
    detector: FaceDetector | None,
    wanted: Sequence[int],
) -> SecondLook:
    """Look for faces in a few frames that are turned, or brightened where they are very dark.

    A turn counts where at least half of the frames then show a face.

    Args:
        media: The file.
        options: How faces are extracted.
        detector: A detector of one's own, or ``None``.
        wanted: Numbers of the frames in which no face was found.
    """
    places = np.unique(np.linspace(0, len(wanted) - 1, min(_FRAMES, len(wanted))).round())
    numbers = [wanted[int(place)] for place in places]
    for degrees, words in _TURNS.items():
        turned = TurnedMedia(media, degrees).pictures(numbers)
        seen, looked = _seen(turned, options, detector)
        if seen and 2 * seen >= looked:
            told = f"{seen} of {looked} frames show a face after {words}: turn the file"
            return SecondLook(degrees, told)
    return SecondLook(hint=_darkness(media, options, detector, numbers))


def _darkness(
    media: Media, options: ExtractionOptions, detector: FaceDetector | None, numbers: Sequence[int]
) -> str | None:
    pictures = [ArrayPicture(p.rgb(), p.number, p.time) for p in media.pictures(numbers)]
    if not pictures:
        return None
    level = float(np.mean([picture.grey().mean() for picture in pictures]))
    if level >= _DARK:
        return None
    dark = f"it is very dark (mean brightness {level:.0f} of 255)"
    seen, looked = _seen((_brightened(p, level) for p in pictures), options, detector)
    if seen:
        return f"{dark}: {seen} of {looked} frames show a face when brightened; brighten the file"
    return f"{dark}: brighten the file, or use another" if level < _BLACK else None


def _brightened(picture: Picture, level: float) -> ArrayPicture:
    """Raise the mean by a power of the levels, which keeps black and white."""
    power = np.log(_BRIGHT / 255) / np.log(max(level, 1.0) / 255)
    table = np.rint(255 * (np.arange(256) / 255) ** power).astype(np.uint8)
    return ArrayPicture(table[picture.rgb()], picture.number, picture.time)


def _seen(
    pictures: Iterator[Picture], options: ExtractionOptions, detector: FaceDetector | None
) -> tuple[int, int]:
    """Count the frames that show a face, and all of them."""
    tracker = build_tracker(options, detector, _LEVELS)
    seen = looked = 0
    for picture in pictures:
        tracker.step(picture)
        seen += any(tracklet.observations for tracklet in tracker.restart())
        looked += 1
    return seen, looked

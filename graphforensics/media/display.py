"""From a video's stored frames to frames as a viewer would see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

from graphforensics.errors import UnreadableMediaError
from graphforensics.media.deinterlace import deinterlaced
from graphforensics.media.picture import ArrayPicture, Converter, Picture, Turn, VideoPicture
from graphforensics.media.picture_file import MAX_PIXELS, eight_bits, over_white
from graphforensics.media.video_source import VideoSource

# Headers round, so pixels that are almost square are meant to be; a ratio beyond this is none.
_SQUARE, _WILDEST = 0.01, 8.0
# Values of FFmpeg's field order that stand for interlaced video.
_FIELDS = (2, 3, 4, 5)
# A stream whose header says that it is interlaced need not begin with such a frame.
_LOOKED_AT = 5
_SMOOTH = Interpolation.BICUBIC | Interpolation.ACCURATE_RND


@dataclass(frozen=True)
class Display:
    """How the frames of one video are shown.

    Args:
        turn: How stored pixels come into display order.
        aspect: Width of a stored pixel over its height.
        interlaced: Whether frames are made of two fields.
        width: Width of a frame as displayed.
        height: Height of a frame as displayed.
        notes: What was done to stored frames, in words.
    """

    turn: Turn
    aspect: float
    interlaced: bool
    width: int
    height: int
    notes: tuple[str, ...]

    def whole_frames(self, frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
        """Deinterlace decoded frames, where they are interlaced."""
        return deinterlaced(frames) if self.interlaced else frames

    def picture(
        self, frame: av.VideoFrame, number: int, time: float, converter: Converter
    ) -> Picture:
        """Wrap one decoded frame; colours are converted when somebody looks."""
        frame = _squared(frame, self.aspect)
        if "f16" in frame.format.name or "f32" in frame.format.name:
            return self._kept(_from_floats(frame), number, time)
        if _has_alpha(frame):
            colours = Image.fromarray(converter.rgba(frame))
            return self._kept(np.array(over_white(colours)), number, time)
        return VideoPicture(frame, self.turn, number, time, converter)

    def _kept(self, pixels: NDArray[np.uint8], number: int, time: float) -> ArrayPicture:
        return ArrayPicture(np.ascontiguousarray(self.turn.apply(pixels)), number, time)


def read_display(path: Path, source: VideoSource) -> Display | None:
    """Find out from the header and the first frame how a video is shown.

    Args:
        path: The file.
        source: The same, opened and not read yet.

    Returns:
        ``None`` when no frame of it can be decoded.

    Raises:
        UnreadableMediaError: With square pixels a frame would be too large.
    """
    frames = source.frames()
    first = next(frames, None)
    if first is None:
        return None
    turn, aspect = _turn(first), _aspect(source.stream)
    width, height = _sides(first, aspect)
    if width * height > MAX_PIXELS:
        raise UnreadableMediaError(
            path, f"is too large: {width} x {height}, bound {MAX_PIXELS} pixels"
        )
    interlaced = first.interlaced_frame or (
        getattr(source.stream.codec_context, "field_order", 0) in _FIELDS
        and any(frame.interlaced_frame for frame in islice(frames, _LOOKED_AT))
    )
    squared = (width, height) != (first.width, first.height)
    notes = {
        "interlaced: frames were made whole (bwdif)": interlaced,
        f"pixels are not square: {first.width} x {first.height} shown as {width} x {height}": (
            squared
        ),
        "turned as its header says": turn != Turn(),
        "transparent: shown over white": _has_alpha(first),
    }
    if turn.transpose:
        width, height = height, width
    said = tuple(note for note, holds in notes.items() if holds)
    return Display(turn, aspect, interlaced, width, height, said)


def _aspect(stream: VideoStream) -> float:
    """Return the pixel aspect that the container or, without its word, the codec tells."""
    told = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    aspect = float(told) if told else 1.0
    if abs(aspect - 1) < _SQUARE or not 1 / _WILDEST <= aspect <= _WILDEST:
        return 1.0
    return aspect


def _sides(frame: av.VideoFrame, aspect: float) -> tuple[int, int]:
    """Return the sides with square pixels: the shorter one grows, so that no detail is lost."""
    if aspect >= 1:
        return max(1, round(frame.width * aspect)), frame.height
    return frame.width, max(1, round(frame.height / aspect))


def _squared(frame: av.VideoFrame, aspect: float) -> av.VideoFrame:
    if aspect == 1.0:
        return frame
    width, height = _sides(frame, aspect)
    # The scaler's tables are built anew a frame: it costs a tenth of the scaling.
    return VideoReformatter().reformat(frame, width, height, interpolation=_SMOOTH)


def _has_alpha(frame: av.VideoFrame) -> bool:
    form = frame.format
    return form.has_palette or any(component.is_alpha for component in form.components)


def _from_floats(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """Scale pixels that FFmpeg keeps as floating point numbers."""
    values = eight_bits(frame.to_ndarray())
    return np.repeat(values[:, :, None], 3, axis=2) if values.ndim == 2 else values[..., :3]


def _turn(frame: av.VideoFrame) -> Turn:
    """Read how a frame is to be turned."""
    try:
        matrix = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:
        # FFmpeg attaches kinds of data, EXIF among them, that PyAV cannot list.
        return Turn.of_degrees(frame.rotation)
    # PyAV's side data is a buffer at run time; its annotations do not say so.
    return Turn.of_matrix(bytes(memoryview(cast(bytes, matrix)))) if matrix else Turn()

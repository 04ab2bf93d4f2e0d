"""Videos, read by PyAV as a stream."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple, cast

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from numpy.typing import NDArray

from graphforensics.errors import UnreadableMediaError
from graphforensics.media.media_info import MediaInfo
from graphforensics.media.picture import Converter, Turn, VideoPicture
from graphforensics.media.picture_file import MAX_PIXELS, wanted_numbers

# Containers that carry an index of their key frames.
_INDEXED = ("mov", "matroska")
# Containers that keep the time of decoding only: their frames are counted.
_COUNTED = "avi"
# Decoding this many frames for nothing costs about as much as a seek.
_WORTH_A_SEEK = 12


@dataclass(frozen=True)
class _Timeline:
    """What the packets say: ``stamps`` ascending and empty where the file has none."""

    stamps: NDArray[np.int64]
    times: NDArray[np.float64]
    key_numbers: NDArray[np.int64]
    key_stamps: NDArray[np.int64]
    truncated: str | None


class VideoFile:
    """A video whose frames are numbered by their presentation times.

    Args:
        path: A regular file.

    Raises:
        UnreadableMediaError: PyAV cannot open it, or no frame of it decodes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with _opened(path) as (container, stream):
            self._timeline = _timeline(container, stream)
        with _opened(path) as (container, stream):
            first = next(_frames(container, stream), None)
        if first is None or not len(self._timeline.times):
            raise UnreadableMediaError(path, "no frame of its video can be decoded")
        self._turn = _turn(first)
        sides = (first.height, first.width) if self._turn.transpose else (first.width, first.height)
        self.info = MediaInfo(
            "video", sides[0], sides[1], self._timeline.times, self._timeline.truncated
        )

    def pictures(self, numbers: Collection[int] | None = None) -> Iterator[VideoPicture]:
        """Decode the frames of these numbers, all by default, in presentation order.

        Raises:
            UnreadableMediaError: The file changed since it was probed.
            ValueError: A number is out of range.
        """
        wanted = wanted_numbers(numbers, self.info.frames)
        converter = Converter()
        with _opened(self._path) as (container, stream):
            for key, group in self._groups(wanted):
                for number, frame in self._group(container, stream, key, group):
                    time = float(self._timeline.times[number])
                    yield VideoPicture(frame, self._turn, number, time, converter)

    def _groups(self, wanted: list[int]) -> Iterator[tuple[int, list[int]]]:
        """Cut wanted numbers where a key frame lets decoding skip enough of those between.

        Yields the key frame to seek to, as a place in the list of key frames (-1: decode
        on from where the decoder is), and the numbers to decode from there.
        """
        keys = self._timeline.key_numbers
        group: list[int] = []
        key, reached = -1, 0
        for number in wanted:
            before = int(np.searchsorted(keys, number, side="right")) - 1
            if before >= 0 and keys[before] - reached > _WORTH_A_SEEK:
                if group:
                    yield key, group
                key, group = before, []
            group.append(number)
            reached = number
        if group:
            yield key, group

    def _group(
        self, container: InputContainer, stream: VideoStream, key: int, group: list[int]
    ) -> Iterator[tuple[int, av.VideoFrame]]:
        if key >= 0:
            container.seek(int(self._timeline.key_stamps[key]), stream=stream)
        frames = self._numbered(_frames(container, stream))
        first = next(frames, None)
        if key >= 0 and first is not None and first[0] > group[0]:
            # The container's index was wrong: decode all that comes before.
            container.seek(int(self._timeline.key_stamps[0]), stream=stream)
            frames, first = self._numbered(_frames(container, stream)), None
        pending = group
        for number, frame in chain([first] if first else [], frames):
            while pending and number > pending[0]:
                pending = pending[1:]
            if pending and number == pending[0]:
                yield number, frame
                pending = pending[1:]
            if not pending:
                return

    def _numbered(self, frames: Iterator[av.VideoFrame]) -> Iterator[tuple[int, av.VideoFrame]]:
        """Give every frame its place in the timeline; frames that have none are dropped."""
        stamps, total = self._timeline.stamps, self.info.frames
        last = -1
        for frame in frames:
            number = last + 1
            if len(stamps) and frame.pts is not None:
                number = max(number, int(np.searchsorted(stamps, frame.pts)))
            if number >= total:
                return
            last = number
            yield number, frame


@contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    try:
        # A title need not be UTF-8.
        with av.open(str(path), metadata_errors="replace") as container:
            stream = _video_stream(path, container)
            # One thread: many files are read at once by many processes.
            stream.codec_context.thread_count = 1
            yield container, stream
    except av.error.InvalidDataError as error:
        raise UnreadableMediaError(
            path, "is not a video or an image, or its header is damaged or cut off"
        ) from error
    except av.error.EOFError as error:
        raise UnreadableMediaError(path, "ends before its first frame") from error
    except MemoryError as error:
        raise UnreadableMediaError(path, "not enough memory to decode it") from error
    except (av.error.FFmpegError, OSError) as error:
        raise UnreadableMediaError(path, f"cannot be read ({error})") from error


def _video_stream(path: Path, container: InputContainer) -> VideoStream:
    """First stream of moving pictures; a sound file's cover picture is none."""
    still = Disposition.attached_pic | Disposition.timed_thumbnails
    videos = [stream for stream in container.streams.video if not stream.disposition & still]
    if not videos:
        held = "sound only" if container.streams.audio else "no video stream"
        raise UnreadableMediaError(path, f"holds {held}")
    context = videos[0].codec_context
    if context is None:
        raise UnreadableMediaError(path, "its video codec is unknown to the decoder")
    if context.width * context.height > MAX_PIXELS:
        raise UnreadableMediaError(
            path, f"is too large: {context.width} x {context.height}, bound {MAX_PIXELS} pixels"
        )
    return videos[0]


def _frames(container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame]:
    """Decode on, past damage: what cannot be decoded is left out."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError:
            # The end of a file that was cut off; the decoder still holds frames.
            yield from _decoded(stream, None)
            return
        yield from _decoded(stream, packet)


def _decoded(stream: VideoStream, packet: av.Packet[VideoStream] | None) -> list[av.VideoFrame]:
    try:
        return stream.codec_context.decode(packet)
    except av.error.FFmpegError:
        return []


class _Stamp(NamedTuple):
    pts: int | None
    dts: int | None
    is_key: bool
    duration: int = 0


def _timeline(container: InputContainer, stream: VideoStream) -> _Timeline:
    shown, hidden, truncated = _stamps(container, stream)
    truncated = truncated or _missing_end(container, stream, shown, hidden)
    empty = np.zeros(0, np.int64)
    known = [(stamp.pts, stamp) for stamp in shown if stamp.pts is not None]
    if len(known) < len(shown) or container.format.name == _COUNTED:
        counted = np.arange(len(shown), dtype=np.float64) / float(_rate(stream))
        return _Timeline(empty, counted, empty, empty, truncated)
    known.sort(key=lambda pair: pair[0])
    stamps = np.array([pts for pts, _ in known], np.int64)
    times = (stamps - stamps[:1]).astype(np.float64) * float(stream.time_base or 1)
    indexed = any(name in container.format.name for name in _INDEXED)
    keys = [number for number, (_, stamp) in enumerate(known) if stamp.is_key and indexed]
    # Containers index by decoding time, which is never later than the presentation time.
    decoded_at = [known[key][1].dts for key in keys]
    key_stamps = [
        known[key][0] if dts is None else min(known[key][0], dts)
        for key, dts in zip(keys, decoded_at, strict=True)
    ]
    return _Timeline(
        stamps, times, np.array(keys, np.int64), np.array(key_stamps, np.int64), truncated
    )


def _stamps(container: InputContainer, stream: VideoStream) -> tuple[list[_Stamp], int, str | None]:
    """Time stamps of the packets that are shown, how many are not, and an error at the end."""
    shown: list[_Stamp] = []
    hidden = 0
    try:
        for packet in container.demux(stream):
            if not packet.size:
                continue
            if packet.is_discard:
                # Decoded for the sake of later frames, but cut away by an edit list.
                hidden += 1
            else:
                shown.append(
                    _Stamp(packet.pts, packet.dts, packet.is_keyframe, packet.duration or 0)
                )
    except av.error.FFmpegError as error:
        return shown, hidden, f"reading stops after {len(shown)} frames ({error})"
    return shown, hidden, None


def _missing_end(
    container: InputContainer, stream: VideoStream, shown: list[_Stamp], hidden: int
) -> str | None:
    count = len(shown) + hidden
    if stream.frames > count:
        return f"the file ends after {count} of {stream.frames} frames"
    known = sorted((stamp.pts, stamp.duration) for stamp in shown if stamp.pts is not None)
    if not known or container.duration is None or len(container.streams) > 1:
        return None
    # A packet need not say how long it is shown: the longest pause, or a second, stands for it.
    pause = max((after[0] - before[0] for before, after in pairwise(known)), default=0)
    last, shown_for = known[-1]
    base = stream.time_base or Fraction(1)
    still = float(max(shown_for, pause) * base) or 1.0
    seconds = float(last * base) + still - (container.start_time or 0) / av.time_base
    wanted = container.duration / av.time_base
    if seconds < 0.9 * wanted:
        return f"the file ends after {seconds:.1f} of {wanted:.1f} seconds"
    return None


def _turn(frame: av.VideoFrame) -> Turn:
    """Read how a frame is to be turned."""
    try:
        matrix = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:
        # FFmpeg attaches kinds of data, EXIF among them, that PyAV cannot list.
        return Turn.of_degrees(frame.rotation)
    # PyAV's side data is a buffer at run time; its annotations do not say so.
    return Turn.of_matrix(bytes(memoryview(cast(bytes, matrix)))) if matrix else Turn()


def _rate(stream: VideoStream) -> Fraction:
    return stream.average_rate or stream.guessed_rate or Fraction(25)

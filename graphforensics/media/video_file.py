"""Videos, read by PyAV as a stream."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path

import av
import numpy as np

from graphforensics.errors import UnreadableMediaError
from graphforensics.media.display import read_display
from graphforensics.media.media_info import MediaInfo
from graphforensics.media.picture import Converter, Picture
from graphforensics.media.picture_file import wanted_numbers
from graphforensics.media.timeline import read_timeline
from graphforensics.media.video_source import VideoSource, opened_video

# Decoding this many frames for nothing costs about as much as a seek.
_WORTH_A_SEEK = 12
# FFmpeg reads many kinds of single images as videos of one frame.
_STILLS = ("_pipe", "image2", "ico")


class VideoFile:
    """A video whose frames are numbered by their presentation times.

    Args:
        path: A regular file.
        form: FFmpeg's name of its format; by default it is told by the content.

    Raises:
        UnreadableMediaError: PyAV cannot open it, or no frame of it decodes.
    """

    def __init__(self, path: Path, form: str | None = None) -> None:
        self._path = path
        self._form = form
        with opened_video(path, form) as source:
            still = source.container.format.name.endswith(_STILLS)
            self._timeline = read_timeline(path, source)
        with opened_video(path, form) as source:
            display = read_display(path, source)
        if display is None or not len(self._timeline.times):
            raise UnreadableMediaError(path, "no frame of its video can be decoded")
        self._display = display
        self.info = MediaInfo(
            kind="image" if still and len(self._timeline.times) == 1 else "video",
            width=display.width,
            height=display.height,
            times=self._timeline.times,
            truncated=self._timeline.truncated,
            notes=display.notes,
        )

    def pictures(self, numbers: Collection[int] | None = None) -> Iterator[Picture]:
        """Decode the frames of these numbers, all by default, in presentation order.

        Raises:
            UnreadableMediaError: The file changed since it was probed.
            ValueError: A number is out of range.
        """
        wanted = wanted_numbers(numbers, self.info.frames)
        converter = Converter()
        with opened_video(self._path, self._form) as source:
            for key, group in self._groups(wanted):
                for number, frame in self._group(source, key, group):
                    time = float(self._timeline.times[number])
                    yield self._display.picture(frame, number, time, converter)

    def _groups(self, wanted: list[int]) -> Iterator[tuple[int, list[int]]]:
        """Cut wanted numbers where a key frame lets decoding skip enough of those between.

        Yields the key frame to seek to, as a place in the list of key frames (-1: decode
        on from where the decoder is), and the numbers to decode from there.
        """
        keys = self._timeline.key_numbers
        # An interlaced frame is made whole with the help of the one before it.
        needed = 1 if self._display.interlaced else 0
        group: list[int] = []
        key, reached = -1, 0
        for number in wanted:
            before = int(np.searchsorted(keys, number - needed, side="right")) - 1
            if before >= 0 and keys[before] - reached > _WORTH_A_SEEK:
                if group:
                    yield key, group
                key, group = before, []
            group.append(number)
            reached = number
        if group:
            yield key, group

    def _group(
        self, source: VideoSource, key: int, group: list[int]
    ) -> Iterator[tuple[int, av.VideoFrame]]:
        if key >= 0:
            source.seek(int(self._timeline.key_stamps[key]))
        frames = self._numbered(source)
        first = next(frames, None)
        if key >= 0 and first is not None and first[0] > group[0]:
            # The container's index was wrong: decode all that comes before.
            source.seek(int(self._timeline.key_stamps[0]))
            frames, first = self._numbered(source), None
        pending = group
        for number, frame in chain([first] if first else [], frames):
            while pending and number > pending[0]:
                pending = pending[1:]
            if pending and number == pending[0]:
                yield number, frame
                pending = pending[1:]
            if not pending:
                return

    def _numbered(self, source: VideoSource) -> Iterator[tuple[int, av.VideoFrame]]:
        """Give every frame its place in the timeline; frames that have none are dropped."""
        stamps, total = self._timeline.stamps, self.info.frames
        last = -1
        for frame in self._display.whole_frames(source.frames()):
            number = last + 1
            if len(stamps) and frame.pts is not None:
                number = max(number, int(np.searchsorted(stamps, frame.pts)))
            if number >= total:
                return
            last = number
            yield number, frame

"""Whole frames out of the two fields of interlaced video."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction

import av
import av.error
from av.filter import Graph

# Only the order of frames counts.
_CLOCK = Fraction(1, 1000)


def deinterlaced(frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Fill the lines of each frame's second field by FFmpeg's ``bwdif``, one frame a frame.

    Frames that are not marked as interlaced pass through. A frame's new lines depend on its
    neighbours: those of the first frame that is given here differ from a whole decode's.

    Args:
        frames: Decoded frames in presentation order; their time stamps are kept.
    """
    chain: _Chain | None = None
    for frame in frames:
        if chain is None or not chain.takes(frame):
            # A stream may change its size; the filter is made for one.
            if chain is not None:
                yield from chain.end()
            chain = _Chain(frame)
        yield from chain.push(frame)
    if chain is not None:
        yield from chain.end()


class _Chain:
    """The filter for frames like a first one."""

    def __init__(self, first: av.VideoFrame) -> None:
        self._shape = _shape(first)
        # Time stamps wait here: the filter counts in a clock of its own.
        self._stamps: deque[int | None] = deque()
        self._graph = Graph()
        source = self._graph.add_buffer(
            width=first.width, height=first.height, format=first.format, time_base=_CLOCK
        )
        filled = self._graph.add("bwdif", "mode=send_frame:deint=interlaced")
        self._graph.link_nodes(source, filled, self._graph.add("buffersink")).configure()

    def takes(self, frame: av.VideoFrame) -> bool:
        return _shape(frame) == self._shape

    def push(self, frame: av.VideoFrame) -> Iterator[av.VideoFrame]:
        self._stamps.append(frame.pts)
        self._graph.vpush(frame)
        return self._pulled()

    def end(self) -> Iterator[av.VideoFrame]:
        self._graph.vpush(None)
        return self._pulled()

    def _pulled(self) -> Iterator[av.VideoFrame]:
        while True:
            try:
                frame = self._graph.vpull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            frame.pts = self._stamps.popleft()
            yield frame


def _shape(frame: av.VideoFrame) -> tuple[int, int, str]:
    return frame.width, frame.height, frame.format.name

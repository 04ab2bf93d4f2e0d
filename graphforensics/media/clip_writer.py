"""Writing frames with their times, one by one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from numpy.typing import NDArray

from graphforensics.media.frame_writer import FrameWriter
from graphforensics.media.video_colours import tag_colours, video_frame

_CLOCK = Fraction(1, 90000)
# One millisecond, the finest that Matroska can tell apart.
_STEP = 90


class ClipWriter(FrameWriter):
    """A video that is written frame by frame, each shown at its own time.

    An odd last row or column is cut off, which 4:2:0 video has no place for. No sound.

    Args:
        path: Where the video goes; its ending names the container.
        rate: Mean number of frames a second.
        crf: Constant rate factor of H.264, 0 (lossless) to 51; ``None`` writes one grey channel
            without loss (FFV1) instead.
    """

    def __init__(self, path: Path, rate: float, crf: int | None) -> None:
        # Without bitexact Matroska files carry a random number and never compare equal.
        self._container = av.open(str(path), "w", container_options={"fflags": "+bitexact"})
        fps = Fraction(rate).limit_denominator(1001 * 240)
        if crf is None:
            self._stream = self._container.add_stream("ffv1", rate=fps)
            self._stream.pix_fmt = "gray"
        else:
            # The macroblock tree of x264 gives small videos other bytes each time.
            options = {"crf": str(crf), "mbtree": "0"}
            self._stream = self._container.add_stream("libx264", rate=fps, options=options)
            self._stream.pix_fmt = "yuv420p"
            tag_colours(self._stream)
        self._stream.codec_context.time_base = _CLOCK
        # The bytes of H.264 depend on the number of threads.
        self._stream.codec_context.thread_count = 1
        self._tick = -_STEP

    def write(self, image: NDArray[np.uint8], time: float) -> None:
        """Append a frame; a time that is not after the last frame's moves 1 ms behind it."""
        even = image[: image.shape[0] & ~1, : image.shape[1] & ~1]
        if self._tick < 0:
            self._stream.height, self._stream.width = even.shape[:2]
        frame = video_frame(even, str(self._stream.pix_fmt))
        self._tick = max(self._tick + _STEP, round(time / _CLOCK))
        frame.pts, frame.time_base = self._tick, _CLOCK
        self._container.mux(self._stream.encode(frame))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None and self._tick >= 0:
                self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()

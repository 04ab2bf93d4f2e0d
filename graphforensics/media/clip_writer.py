"""Writing frames with their times, one by one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from graphforensics.media.frame_writer import FrameWriter
from graphforensics.media.video_encoder import VideoEncoder

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
        fps = Fraction(rate).limit_denominator(1001 * 240)
        # The macroblock tree of x264 gives small videos other bytes each time.
        options = {} if crf is None else {"crf": str(crf), "mbtree": "0"}
        codec, form = ("ffv1", "gray") if crf is None else ("libx264", "yuv420p")
        self._encoder = VideoEncoder(path, codec, fps, options, form, clock=_CLOCK)
        self._tick = -_STEP

    def write(self, image: NDArray[np.uint8], time: float) -> None:
        """Append a frame; a time that is not after the last frame's moves 1 ms behind it."""
        self._tick = max(self._tick + _STEP, round(time / _CLOCK))
        self._encoder.write(image, self._tick)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._encoder.finish()
        finally:
            self._encoder.close()

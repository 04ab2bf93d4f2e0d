"""What all writers of video share: one stream, frame by frame."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from graphforensics.media.video_colours import tag_colours, video_frame


class VideoEncoder:
    """Encodes pictures of one size.

    An odd last row or column is cut off, which 4:2:0 video has no place for. No sound.

    Args:
        target: Where the video goes; a path's ending names the container.
        codec: Name of an encoder that PyAV carries.
        rate: Frames a second.
        options: Options of the encoder.
        pixel_format: Pixel format of the encoded video.
        form: FFmpeg's name of the container, where ``target`` does not tell.
        clock: Unit of the times that :meth:`write` is given; frames are counted without.
        equal_bytes: Equal frames give equal files: on one thread, without random numbers.
    """

    def __init__(
        self,
        target: str | Path | BinaryIO,
        codec: str,
        rate: Fraction | int,
        options: Mapping[str, str],
        pixel_format: str,
        *,
        form: str | None = None,
        clock: Fraction | None = None,
        equal_bytes: bool = True,
    ) -> None:
        place = str(target) if isinstance(target, str | Path) else target
        # Matroska files would carry a random number.
        flags = {"fflags": "+bitexact"} if equal_bytes else {}
        self._container = av.open(place, "w", format=form, container_options=flags)
        self._stream = self._container.add_stream(codec, rate=rate, options=dict(options))
        self._stream.pix_fmt = pixel_format
        tag_colours(self._stream)
        if clock is not None:
            self._stream.codec_context.time_base = clock
        if equal_bytes:
            # The bytes of H.264 depend on the number of threads.
            self._stream.codec_context.thread_count = 1
        self._clock = clock
        self.count = 0

    def write(self, image: NDArray[np.uint8], tick: int | None = None) -> None:
        """Append a picture, RGB ``[H, W, 3]`` or grey ``[H, W]``, at a tick of the clock."""
        even = image[: image.shape[0] & ~1, : image.shape[1] & ~1]
        if self.count == 0:
            self._stream.height, self._stream.width = even.shape[:2]
        frame = video_frame(even, str(self._stream.pix_fmt))
        if tick is not None:
            frame.pts = tick
            if self._clock is not None:
                frame.time_base = self._clock
        self._container.mux(self._stream.encode(frame))
        self.count += 1

    def finish(self) -> None:
        """Write what the encoder still holds."""
        if self.count:
            self._container.mux(self._stream.encode(None))

    def close(self) -> None:
        """Close the file."""
        self._container.close()

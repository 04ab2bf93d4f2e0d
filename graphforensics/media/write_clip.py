"""Writing frames as a video file."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from graphforensics.media.video_colours import tag_colours, video_frame


def write_clip(
    path: str | Path,
    frames: Iterable[NDArray[np.uint8]],
    fps: float = 25.0,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    pixel_format: str = "yuv420p",
) -> int:
    """Encode RGB frames to ``path`` and say how many there were.

    Args:
        path: Where the video goes; its ending names the container.
        frames: Images ``[H, W, 3]`` of one size, RGB, ``uint8``; an iterator is
            consumed as it goes, so that memory does not grow with the length.
        fps: Frames a second.
        codec: Name of an encoder that PyAV carries, for instance ``"libx264"`` or ``"ffv1"``.
        options: Options of the encoder; H.264 at constant rate factor 18 by default.
        pixel_format: Pixel format of the encoded video. ``yuv420p`` wants even sides:
            an odd last row or column is cut off.

    Raises:
        ValueError: There is no frame.
    """
    rate = Fraction(fps).limit_denominator(1001 * 240)
    settings = options if options is not None else ({"crf": "18"} if codec == "libx264" else {})
    count = 0
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=dict(settings))
        stream.pix_fmt = pixel_format
        tag_colours(stream)
        for image in frames:
            even = image[: image.shape[0] & ~1, : image.shape[1] & ~1]
            if count == 0:
                stream.height, stream.width = even.shape[:2]
            container.mux(stream.encode(video_frame(even, pixel_format)))
            count += 1
        if count == 0:
            raise ValueError(f"'frames' is empty: nothing to write to {path}")
        container.mux(stream.encode(None))
    return count

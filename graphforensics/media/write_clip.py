"""Writing frames as a video file."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graphforensics.media.video_encoder import VideoEncoder


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
    encoder = VideoEncoder(path, codec, rate, settings, pixel_format, equal_bytes=False)
    try:
        for image in frames:
            encoder.write(image)
        if encoder.count == 0:
            raise ValueError(f"'frames' is empty: nothing to write to {path}")
        encoder.finish()
    finally:
        encoder.close()
    return encoder.count

"""What H.264 leaves of pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence

import av
import numpy as np
from numpy.typing import NDArray

from graphforensics.media.video_colours import RGBConverter
from graphforensics.media.video_encoder import VideoEncoder

# The macroblock tree of x264 gives small videos other bytes each time, and so do threads.
_STEADY = {"threads": "1", "mbtree": "0"}


def h264_round_trip(images: Sequence[NDArray[np.uint8]], crf: int) -> list[NDArray[np.uint8]]:
    """Encode pictures as an H.264 video in memory and decode it.

    libx264 with FFmpeg's own settings (preset medium, yuv420p, 25 frames a second) at a constant
    rate factor, but on one thread and without the macroblock tree, so that equal pictures come
    out equal.

    Args:
        images: RGB pictures ``[H, W, 3]`` of one size with even sides, in order.
        crf: Constant rate factor, 0 (lossless) to 51; higher is coarser.

    Returns:
        The decoded pictures.
    """
    video = io.BytesIO()
    options = {"crf": str(crf), **_STEADY}
    encoder = VideoEncoder(video, "libx264", 25, options, "yuv420p", form="h264", equal_bytes=False)
    try:
        for number, image in enumerate(images):
            encoder.write(image, number)
        encoder.finish()
    finally:
        encoder.close()
    video.seek(0)
    with av.open(video, format="h264") as container:
        rgb = RGBConverter()
        return [rgb(frame) for frame in container.decode(video=0)]

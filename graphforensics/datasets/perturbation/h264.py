"""Real H.264 compression of pictures that follow one another."""

from __future__ import annotations

import io
from collections.abc import Sequence

import av
import numpy as np

from graphforensics.datasets.perturbation.colour import Image
from graphforensics.media.video_colours import RGBConverter, tag_colours, video_frame

#: Encoders pad smaller pictures to one macroblock anyway.
_SMALLEST = 16


def h264(images: Sequence[Image], crf: int) -> list[Image]:
    """Encode pictures as an H.264 video in memory and decode it.

    libx264 with FFmpeg's own settings (preset medium, yuv420p, 25 frames a second) at a constant
    rate factor, but on one thread and without the macroblock tree, so that equal pictures come
    out equal. Pictures of several sizes are centred on a canvas that holds all, their rims
    continued, and cut out again.

    Args:
        images: RGB pictures ``[H, W, 3]``, in order.
        crf: Constant rate factor; higher is coarser.

    Returns:
        The decoded pictures, each in its own size.
    """
    if not images:
        return []
    height = max(_SMALLEST, *(image.shape[0] for image in images))
    width = max(_SMALLEST, *(image.shape[1] for image in images))
    canvas = (height + height % 2, width + width % 2)
    corners = [_corner(image, canvas) for image in images]
    padded = [_padded(image, canvas, corner) for image, corner in zip(images, corners, strict=True)]
    decoded = _decode(_encode(padded, crf))
    return [
        np.ascontiguousarray(frame[top : top + image.shape[0], left : left + image.shape[1]])
        for frame, image, (top, left) in zip(decoded, images, corners, strict=True)
    ]


def _corner(image: Image, canvas: tuple[int, int]) -> tuple[int, int]:
    return (canvas[0] - image.shape[0]) // 2, (canvas[1] - image.shape[1]) // 2


def _padded(image: Image, canvas: tuple[int, int], corner: tuple[int, int]) -> Image:
    before = [*corner, 0]
    after = [canvas[0] - image.shape[0] - corner[0], canvas[1] - image.shape[1] - corner[1], 0]
    return np.pad(image, list(zip(before, after, strict=True)), mode="edge")


def _encode(images: Sequence[Image], crf: int) -> io.BytesIO:
    video = io.BytesIO()
    with av.open(video, "w", format="h264") as container:
        # The macroblock tree of x264 gives small videos other bytes each time, and so do threads.
        options = {"crf": str(crf), "threads": "1", "mbtree": "0"}
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.pix_fmt = "yuv420p"
        tag_colours(stream)
        stream.height, stream.width = images[0].shape[:2]
        for number, image in enumerate(images):
            frame = video_frame(image)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    video.seek(0)
    return video


def _decode(video: io.BytesIO) -> list[Image]:
    with av.open(video, format="h264") as container:
        rgb = RGBConverter()
        return [rgb(frame) for frame in container.decode(video=0)]

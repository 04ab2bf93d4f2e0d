"""Real H.264 compression of pictures that follow one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphforensics.datasets.perturbation.colour import Image
from graphforensics.media.h264_round_trip import h264_round_trip

#: Encoders pad smaller pictures to one macroblock anyway.
_SMALLEST = 16


def h264(images: Sequence[Image], crf: int) -> list[Image]:
    """Encode pictures as an H.264 video in memory and decode it.

    As :func:`~graphforensics.media.h264_round_trip.h264_round_trip` does. Pictures of several sizes
    are centred on a canvas that holds all, their rims continued, and cut out again.

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
    decoded = h264_round_trip(padded, crf)
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

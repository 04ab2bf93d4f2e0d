"""Frames of a video or of a folder of images."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graphforensics.datasets.layout import images_in
from graphforensics.errors import UnreadableMediaError
from graphforensics.media.decode import probe, read_frames

#: A folder of images goes into a store as a clip of its name with this ending.
SEQUENCE_SUFFIX = ".avi"


def count_frames(path: Path) -> int:
    """Count the frames of a video, or the images of a folder.

    Raises:
        UnreadableMediaError: There are none.
    """
    if not path.is_dir():
        return len(probe(path).times)
    count = len(images_in(path))
    if count == 0:
        raise UnreadableMediaError(path, "no image in this folder")
    return count


def frames_at(path: Path, numbers: Collection[int]) -> dict[int, NDArray[np.uint8]]:
    """Decode some frames of a video, or of a folder of images in the order of their names.

    Args:
        path: The video or the folder.
        numbers: Frame numbers, counted from 0.

    Returns:
        RGB pictures ``[H, W, 3]``. A frame that is damaged beyond decoding is left out.

    Raises:
        UnreadableMediaError: The file or an image cannot be read.
        ValueError: A number is out of range.
    """
    if not path.is_dir():
        return {frame.number: frame.image for frame in read_frames(path, numbers)}
    names = images_in(path)
    wanted = sorted(set(numbers))
    if wanted and not 0 <= wanted[0] <= wanted[-1] < len(names):
        raise ValueError(f"'numbers' must be in [0, {len(names)}) (got {wanted[-1]})")
    return {number: next(read_frames(path / names[number])).image for number in wanted}

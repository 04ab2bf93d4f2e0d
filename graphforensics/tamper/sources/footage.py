"""The frames that are forged: a recording's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from graphforensics.errors import NoFaceError
from graphforensics.media.clip_writer import ClipWriter
from graphforensics.media.decode import probe, read_frames
from graphforensics.media.frame import Frame
from graphforensics.media.frame_writer import FrameWriter
from graphforensics.media.picture_writer import PictureWriter


class Footage(Protocol):
    """Frames that can be gone through more than once, the same each time."""

    @property
    def name(self) -> str:
        """What errors call it."""
        ...

    @property
    def rate(self) -> float:
        """Mean number of frames a second."""
        ...

    @property
    def is_still(self) -> bool:
        """It is one image."""
        ...

    @property
    def truncated(self) -> str | None:
        """Why it breaks off early, or ``None``."""
        ...

    def frames(self) -> Iterator[Frame]:
        """Yield the frames in order."""
        ...


class Recording:
    """A video, an image or an animation, from its start.

    Args:
        path: The file.
        max_frames: Take at most so many frames.

    Raises:
        UnreadableMediaError: It cannot be read.
        NoFaceError: It is a clip of single pixels.
    """

    def __init__(self, path: str | Path, max_frames: int | None = None) -> None:
        self._path, self._max_frames = path, max_frames
        self.name = str(path)
        self.info = probe(path)
        self.is_still = self.info.kind == "image"
        width, height = self.info.width, self.info.height
        if not self.is_still and min(width, height) < 2:
            # Nothing is left of it where 4:2:0 video has no place for odd rows and columns.
            raise NoFaceError(f"no face fits into {width} x {height} pixels")
        self.truncated = self.info.truncated
        times = self.info.times
        span = float(times[-1] - times[0]) if len(times) > 1 else 0.0
        self.rate = (len(times) - 1) / span if span > 0 else 25.0

    def frames(self) -> Iterator[Frame]:
        """Decode the frames that are asked for, in order."""
        return islice(read_frames(self._path), self._max_frames)


def open_encoder(path: Path, footage: Footage, crf: int | None, quality: str = "") -> FrameWriter:
    """Open a file for frames like those of some footage.

    Args:
        path: Where it goes.
        footage: Tells a still from a clip, and the frame rate.
        crf: Constant rate factor; ``None`` for a mask, without loss.
        quality: Where it is named, stills pass through the codec, too.
    """
    if footage.is_still:
        return PictureWriter(path, crf if quality else None)
    return ClipWriter(path, min(max(footage.rate, 1.0), 240.0), crf)


class Images:
    """The pictures of some footage, decoded anew each time they are iterated.

    Args:
        footage: The frames.
        count: How many are taken.
    """

    def __init__(self, footage: Footage, count: int) -> None:
        self._footage, self._count = footage, count

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        for frame in islice(self._footage.frames(), self._count):
            yield frame.image

    def __len__(self) -> int:
        return self._count

"""A file whose frames are turned before anybody sees them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from graphforensics.media.open_media import Media
from graphforensics.media.picture import Picture, Turn


class TurnedMedia:
    """A file turned by quarter turns.

    Args:
        media: The file.
        degrees: Counter-clockwise; a multiple of 90.
    """

    def __init__(self, media: Media, degrees: int) -> None:
        self._media = media
        self._turn = Turn.of_degrees(degrees)
        self.info = media.info
        if self._turn.transpose:
            width, height = media.info.height, media.info.width
            self.info = replace(media.info, width=width, height=height)

    def pictures(self, numbers: Collection[int] | None = None) -> Iterator[Picture]:
        """Decode the frames of these numbers, all by default, in presentation order."""
        for picture in self._media.pictures(numbers):
            yield TurnedPicture(picture, self._turn)


class TurnedPicture:
    """A :class:`Picture` in another orientation.

    Args:
        picture: The frame.
        turn: What is done to its pixels.
    """

    def __init__(self, picture: Picture, turn: Turn) -> None:
        self._picture = picture
        self._turn = turn
        self.number = picture.number
        self.time = picture.time

    @property
    def height(self) -> int:
        """Height in pixels, turned."""
        return self._picture.width if self._turn.transpose else self._picture.height

    @property
    def width(self) -> int:
        """Width in pixels, turned."""
        return self._picture.height if self._turn.transpose else self._picture.width

    def grey(self) -> NDArray[np.uint8]:
        """Return the brightness of every pixel ``[H, W]``; not to be written to."""
        return self._turn.apply(self._picture.grey())

    def rgb(self) -> NDArray[np.uint8]:
        """Return the colours of every pixel ``[H, W, 3]``; not to be written to."""
        return self._turn.apply(self._picture.rgb())

    def small(self, width: int, height: int, colour: bool) -> NDArray[np.uint8]:
        """Return the frame at another size."""
        if self._turn.transpose:
            width, height = height, width
        return np.array(self._turn.apply(self._picture.small(width, height, colour)), order="C")

"""A decoded frame whose colours are converted only where somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray
from PIL import Image

from graphforensics.media.video_colours import RGBConverter

# Eight-bit formats whose first plane is the luma at full size.
_LUMA_FIRST = frozenset(
    ["yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "nv21", "gray"]
)


class Picture(Protocol):
    """One frame, as displayed: grey for looking, colours for keeping."""

    number: int
    time: float

    @property
    def height(self) -> int:
        """Height in pixels."""
        ...

    @property
    def width(self) -> int:
        """Width in pixels."""
        ...

    def grey(self) -> NDArray[np.uint8]:
        """Return the brightness of every pixel ``[H, W]``; not to be written to."""
        ...

    def rgb(self) -> NDArray[np.uint8]:
        """Return the colours of every pixel ``[H, W, 3]``; not to be written to."""
        ...

    def small(self, width: int, height: int, colour: bool) -> NDArray[np.uint8]:
        """Return the frame at another size, ``[height, width, 3]`` or grey ``[height, width]``."""
        ...


@dataclass(frozen=True)
class Turn:
    """The quarter turn and the flips that bring stored pixels into display order.

    Args:
        transpose: Exchange rows and columns first.
        mirror: Then reverse every row.
        flip: Then reverse the order of the rows.
    """

    transpose: bool = False
    mirror: bool = False
    flip: bool = False

    @classmethod
    def of_matrix(cls, matrix: bytes) -> Turn:
        """Read a container's display matrix; other angles become the nearest quarter turn."""
        a, b, _, c, d = np.frombuffer(matrix, np.int32)[:5].tolist()
        if abs(b) > abs(a):
            return cls(True, c < 0, b < 0)
        return cls(False, a < 0, d < 0)

    @classmethod
    def of_degrees(cls, degrees: float) -> Turn:
        """Turn counter-clockwise by the nearest multiple of 90 degrees."""
        quarters = round(degrees / 90) % 4
        return cls(quarters % 2 == 1, quarters in (2, 3), quarters in (1, 2))

    def apply(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ``pixels`` in display order, as a view."""
        shown = pixels.swapaxes(0, 1) if self.transpose else pixels
        return shown[:: -1 if self.flip else 1, :: -1 if self.mirror else 1]


class Converter:
    """Colour conversion and scaling whose tables are built once a file, not once a frame.

    The colours and the grey values made last are kept: a face after the other is cut out of one
    frame, and frames that wait to be looked at again are not held twice.
    """

    def __init__(self) -> None:
        self._whole = RGBConverter()
        self._small = VideoReformatter()
        self._kept: dict[str, tuple[object, NDArray[np.uint8]]] = {}

    def once(
        self, kind: str, picture: object, make: Callable[[], NDArray[np.uint8]]
    ) -> NDArray[np.uint8]:
        """Return what ``make`` gives of a picture; made anew when another was asked for since."""
        owner, pixels = self._kept.get(kind, (None, None))
        if owner is not picture or pixels is None:
            pixels = make()
            self._kept[kind] = (picture, pixels)
        return pixels

    def rgb(self, frame: av.VideoFrame) -> NDArray[np.uint8]:
        """Return the colours of every pixel, as stored."""
        return self._whole(frame)

    def rgba(self, frame: av.VideoFrame) -> NDArray[np.uint8]:
        """Return the colours and the opacity of every pixel ``[H, W, 4]``, as stored."""
        return self._whole.with_alpha(frame)

    def small(
        self, frame: av.VideoFrame, width: int, height: int, colour: bool
    ) -> NDArray[np.uint8]:
        """Return the frame at another size, as stored, averaged over areas."""
        form = "rgb24" if colour else "gray"
        scaled = self._small.reformat(frame, width, height, form, interpolation="AREA")
        return _bytes(scaled)


class VideoPicture:
    """A :class:`Picture` on top of a decoder's frame.

    Args:
        frame: The decoder's frame; it is held, so that its memory is not given back.
        turn: How stored pixels become displayed ones.
        number: Place in presentation order, from 0.
        time: Presentation time in seconds.
        converter: Shared by the frames of one file.
    """

    def __init__(
        self, frame: av.VideoFrame, turn: Turn, number: int, time: float, converter: Converter
    ) -> None:
        self._frame = frame
        self._converter = converter
        self._turn = turn
        self.number = number
        self.time = time

    @property
    def height(self) -> int:
        """Height in pixels, as displayed."""
        return self._frame.width if self._turn.transpose else self._frame.height

    @property
    def width(self) -> int:
        """Width in pixels, as displayed."""
        return self._frame.height if self._turn.transpose else self._frame.width

    def grey(self) -> NDArray[np.uint8]:
        """Return the brightness of every pixel ``[H, W]``; not to be written to."""
        frame = self._frame
        if frame.format.name in _LUMA_FIRST:
            return self._turn.apply(_plane(frame, 0, frame.height, frame.width))
        return self._converter.once("grey", self, self._grey)

    def _grey(self) -> NDArray[np.uint8]:
        frame = self._frame
        grey = self._converter.small(frame, frame.width, frame.height, colour=False)
        return self._turn.apply(grey)

    def rgb(self) -> NDArray[np.uint8]:
        """Return the colours of every pixel ``[H, W, 3]``; not to be written to."""
        return self._converter.once("rgb", self, self._rgb)

    def _rgb(self) -> NDArray[np.uint8]:
        return np.ascontiguousarray(self._turn.apply(self._converter.rgb(self._frame)))

    def small(self, width: int, height: int, colour: bool) -> NDArray[np.uint8]:
        """Return the frame at another size."""
        if self._turn.transpose:
            width, height = height, width
        scaled = self._converter.small(self._frame, width, height, colour)
        return np.ascontiguousarray(self._turn.apply(scaled))


class ArrayPicture:
    """A :class:`Picture` that is already in memory.

    Args:
        image: RGB pixels ``[H, W, 3]``.
        number: Place in presentation order, from 0.
        time: Presentation time in seconds.
    """

    def __init__(self, image: NDArray[np.uint8], number: int, time: float) -> None:
        self._image = image
        self._grey: NDArray[np.uint8] | None = None
        self.number = number
        self.time = time

    @property
    def height(self) -> int:
        """Height in pixels, as displayed."""
        return int(self._image.shape[0])

    @property
    def width(self) -> int:
        """Width in pixels, as displayed."""
        return int(self._image.shape[1])

    def grey(self) -> NDArray[np.uint8]:
        """Return the brightness of every pixel ``[H, W]``; not to be written to."""
        if self._grey is None:
            self._grey = np.asarray(Image.fromarray(self._image).convert("L"))
        return self._grey

    def rgb(self) -> NDArray[np.uint8]:
        """Return the colours of every pixel ``[H, W, 3]``; not to be written to."""
        return self._image

    def small(self, width: int, height: int, colour: bool) -> NDArray[np.uint8]:
        """Return the frame at another size."""
        pixels = self._image if colour else self.grey()
        reduced = Image.fromarray(pixels).resize((width, height), Image.Resampling.BOX)
        return np.asarray(reduced)


def _plane(frame: av.VideoFrame, index: int, height: int, width: int) -> NDArray[np.uint8]:
    plane = frame.planes[index]
    rows = np.frombuffer(memoryview(plane), np.uint8)[: plane.line_size * height]
    pixels: NDArray[np.uint8] = rows.reshape(height, plane.line_size)[:, :width]
    return pixels


def _bytes(frame: av.VideoFrame) -> NDArray[np.uint8]:
    # PyAV types its arrays by all that pixels may be; these formats have bytes.
    return frame.to_ndarray().astype(np.uint8, copy=False)

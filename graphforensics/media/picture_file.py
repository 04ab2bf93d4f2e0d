"""Images and animations, read by Pillow."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from graphforensics.errors import GraphForensicsError, UnreadableMediaError
from graphforensics.media.media_info import MediaInfo
from graphforensics.media.picture import ArrayPicture

MAX_PIXELS = 89_478_485
"""Largest frame that is read, in pixels (the bound above which Pillow suspects an attack)."""

# Pixels that are converted at a time.
_AT_ONCE = 1 << 20
# Named one by one: Pillow also claims MPEG video and other things that it cannot load.
_FORMATS = ("PNG", "JPEG", "MPO", "GIF", "WEBP", "BMP", "TIFF", "PPM", "AVIF", "JPEG2000")
_ANIMATED = frozenset(["GIF", "WEBP", "PNG", "AVIF"])


def is_picture(path: Path) -> bool:
    """Whether Pillow knows the file's format by its first bytes.

    Raises:
        UnreadableMediaError: It cannot be opened, or is larger than :data:`MAX_PIXELS`.
    """
    with _reading(path):
        try:
            with _opened(path):
                return True
        except UnidentifiedImageError:
            return False


class PictureFile:
    """An image or an animation.

    Args:
        path: A file of a format that :func:`is_picture` knows.

    Raises:
        UnreadableMediaError: It is damaged or too large.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with _reading(path), _opened(path) as image:
            self.info = _info(image)

    def pictures(self, numbers: Collection[int] | None = None) -> Iterator[ArrayPicture]:
        """Decode the frames of these numbers, all by default, in presentation order.

        Raises:
            UnreadableMediaError: A frame is damaged.
            ValueError: A number is out of range.
        """
        wanted = wanted_numbers(numbers, self.info.frames)
        with _reading(self._path), _opened(self._path) as image:
            for number in wanted:
                if self.info.kind == "animation":
                    image.seek(number)
                yield ArrayPicture(_rgb(image), number, float(self.info.times[number]))


def wanted_numbers(numbers: Collection[int] | None, total: int) -> list[int]:
    """Sort frame numbers and drop repeated ones.

    Raises:
        ValueError: A number is negative or past the last frame.
    """
    if numbers is None:
        return list(range(total))
    wanted = sorted({int(number) for number in numbers})
    if wanted and (wanted[0] < 0 or wanted[-1] >= total):
        worst = wanted[0] if wanted[0] < 0 else wanted[-1]
        raise ValueError(f"'numbers' must be in [0, {total - 1}] (got {worst})")
    return wanted


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            Image.init()
            image = Image.open(path, formats=[name for name in _FORMATS if name in Image.OPEN])
        except Image.DecompressionBombError as error:
            raise UnreadableMediaError(path, f"is too large: {error}") from error
    with image:
        if image.width * image.height > MAX_PIXELS:
            raise UnreadableMediaError(
                path, f"is too large: {image.width} x {image.height}, bound {MAX_PIXELS} pixels"
            )
        yield image


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except GraphForensicsError:
        raise
    except MemoryError as error:
        raise UnreadableMediaError(path, "not enough memory to decode it") from error
    except Exception as error:
        # The readers of the formats fail on damage in any way, whatever the documentation says.
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UnreadableMediaError(path, f"is a damaged image ({reason})") from error


def _info(image: Image.Image) -> MediaInfo:
    frames = int(getattr(image, "n_frames", 1)) if image.format in _ANIMATED else 1
    # A turned image exchanges its sides; values 5 to 8 of the EXIF orientation transpose.
    turned = image.getexif().get(0x0112, 1) >= 5
    width, height = image.size[::-1] if turned else image.size
    if frames == 1:
        return MediaInfo("image", width, height, np.zeros(1))
    durations = [_duration(image, number) for number in range(frames)]
    times = np.concatenate([[0.0], np.cumsum(durations[:-1])])
    return MediaInfo("animation", width, height, times)


def _duration(image: Image.Image, number: int) -> float:
    """Seconds that a frame stays; like browsers, times too short to be meant become 0.1 s."""
    image.seek(number)
    image.load()
    duration = float(image.info.get("duration", 0)) / 1000
    return duration if duration > 0.01 else 0.1


def _rgb(image: Image.Image) -> NDArray[np.uint8]:
    """Convert a few rows at a time: the ways there take many times the room of the result."""
    shown = ImageOps.exif_transpose(image)
    width, height = shown.size
    pixels = np.empty((height, width, 3), np.uint8)
    rows = max(1, _AT_ONCE // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        pixels[top:bottom] = _band(shown.crop((0, top, width, bottom)))
    return pixels


def _band(shown: Image.Image) -> NDArray[np.uint8]:
    if shown.mode.startswith("I") or shown.mode == "F":
        grey: NDArray[np.uint8] = _eight_bits(np.asarray(shown))[:, :, None]
        return grey
    if "A" in shown.mode or "a" in shown.mode or "transparency" in shown.info:
        colours = shown.convert("RGBA")
        white = Image.new("RGBA", colours.size, "white")
        shown = Image.alpha_composite(white, colours)
    return np.asarray(shown.convert("RGB"))


def _eight_bits(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Scale grey values of 16 bits, or floating point ones in [0, 1], to bytes."""
    top = 1.0 if values.dtype.kind == "f" else 65535.0
    return np.rint(np.clip(values.astype(np.float64) / top, 0, 1) * 255).astype(np.uint8)

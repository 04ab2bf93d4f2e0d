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
from graphforensics.media.formats import FORMAT_OF_SUFFIX, PILLOW_FORMATS
from graphforensics.media.heif import heif_kind, open_heic
from graphforensics.media.media_info import MediaInfo
from graphforensics.media.picture import ArrayPicture

MAX_PIXELS = 89_478_485
"""Largest frame that is read, in pixels (the bound above which Pillow suspects an attack)."""

_FLOAT_TOPS = (1.0, 255.0, 65535.0)
_INTEGER_TOPS = (255.0, 65535.0, 2.0**31 - 1)
# Pixels that are converted at a time.
_AT_ONCE = 1 << 18
_ANIMATED = frozenset(["GIF", "WEBP", "PNG", "AVIF"])


def is_picture(path: Path) -> bool:
    """Whether the file is a picture of a format that Pillow or pillow-heif knows.

    Raises:
        UnreadableMediaError: It cannot be opened, is larger than :data:`MAX_PIXELS`, or needs a
            package that is not installed.
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
            image = _image(path)
        except Image.DecompressionBombError as error:
            raise UnreadableMediaError(path, f"is too large: {error}") from error
    with image:
        if image.width * image.height > MAX_PIXELS:
            raise UnreadableMediaError(
                path, f"is too large: {image.width} x {image.height}, bound {MAX_PIXELS} pixels"
            )
        yield image


def _image(path: Path) -> Image.Image:
    Image.init()
    kind = heif_kind(path)
    if kind == "heic":
        return open_heic(path)
    if kind == "avif" and "AVIF" not in Image.OPEN:
        raise UnreadableMediaError(path, "is an AVIF picture, which pillow>=11.3 reads")
    formats = [*PILLOW_FORMATS, FORMAT_OF_SUFFIX.get(path.suffix.lower())]
    return Image.open(path, formats=[form for form in formats if form in Image.OPEN])


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
    top = 255.0
    if shown.mode.startswith("I;16"):
        top = 65535.0
    elif shown.mode in ("I", "F"):
        top = _top(np.asarray(shown))
    for first in range(0, height, rows):
        bottom = min(first + rows, height)
        pixels[first:bottom] = _band(shown.crop((0, first, width, bottom)), top)
    return pixels


def _band(shown: Image.Image, top: float) -> NDArray[np.uint8]:
    if shown.mode.startswith("I") or shown.mode == "F":
        return np.repeat(eight_bits(np.asarray(shown), top)[:, :, None], 3, axis=2)
    if "A" in shown.mode or "a" in shown.mode or "transparency" in shown.info:
        return np.asarray(over_white(shown))
    return np.asarray(shown.convert("RGB"))


def over_white(image: Image.Image) -> Image.Image:
    """Lay a transparent image over white, as RGB."""
    colours = image.convert("RGBA")
    white = Image.new("RGBA", colours.size, "white")
    return Image.alpha_composite(white, colours).convert("RGB")


def eight_bits(values: NDArray[np.generic], top: float | None = None) -> NDArray[np.uint8]:
    """Scale grey values of 16 bits, or numbers whose range is not told, to bytes.

    Args:
        values: The numbers.
        top: What becomes 255; :func:`_top` of the numbers by default.
    """
    limit = _top(values) if top is None else top
    scaled = np.clip(np.nan_to_num(values.astype(np.float64)) / limit, 0, 1)
    return np.rint(scaled * 255).astype(np.uint8)


def _top(values: NDArray[np.generic]) -> float:
    """Tell the largest number that the values of a picture could have.

    Floating point numbers are taken to be in [0, 1], or else in the range of 8 or 16 bits when
    one is larger; whole ones of 32 bits in that of 8, 16 or 31.
    """
    if values.dtype in (np.uint16, np.int16):
        return 65535.0
    largest = float(np.nan_to_num(values).max(initial=0))
    tops = _FLOAT_TOPS if values.dtype.kind == "f" else _INTEGER_TOPS
    return next((bound for bound in tops if largest <= bound), largest)

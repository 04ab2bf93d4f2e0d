"""Lossless image bytes, written fast."""

from __future__ import annotations

import io
import itertools
import math
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from graphforensics.media.picture_file import MAX_PIXELS

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BIT_RGB = bytes([8, 2, 0, 0, 0])
_UP = 2
# Where the header, always the first chunk, has the width and the height.
_SIZES = 16
_START = _SIGNATURE + b"\x00\x00\x00\x0dIHDR"
# Where a file of one data chunk has it; what surrounds the pixels in it.
_DATA = 33
_ZLIB_HEADER, _ZLIB_CHECKSUM = b"\x78\x01", 4
# A stored block of deflate: this many bytes at most, each block after a head of five.
_BLOCK, _BLOCK_HEAD = 65535, 5


def encode_png(image: NDArray[np.uint8], compress: bool = True) -> bytes:
    """Encode RGB pixels as a PNG file; equal pixels give equal bytes.

    Every row is stored as its difference to the row above and deflated with matches of
    repeated bytes only. On crops of real faces that takes 0.38 times as long as Pillow's
    fastest setting, for files of 0.97 times the size.

    Args:
        image: ``[H, W, 3]``, ``uint8``, at least one pixel.
        compress: ``False`` stores the differences as they are, which leaves the compression to
            the container that the file goes into: face stores let Parquet do it, eight images at a
            time. :func:`decode_png` reads such files several times as fast, any other program
            reads them too, and their bytes do not depend on a version of zlib.

    Raises:
        ValueError: The array has another shape or type, or no pixel.

    Example:
        >>> import numpy as np
        >>> image = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)
        >>> bool((decode_png(encode_png(image)) == image).all())
        True
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise ValueError(
            f"'image' must be uint8 of shape [H, W, 3] (got {image.dtype} {list(image.shape)})"
        )
    height, width = image.shape[:2]
    rows = image.reshape(height, 3 * width)
    filtered = np.empty((height, 1 + 3 * width), np.uint8)
    filtered[:, 0] = _UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    header = struct.pack(">II", width, height) + _EIGHT_BIT_RGB
    body = _deflated(filtered) if compress else _stored(filtered)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def decode_png(data: bytes | memoryview) -> NDArray[np.uint8]:
    """Decode the bytes of :func:`encode_png`, or of any PNG file, to RGB ``[H, W, 3]``.

    Raises:
        ValueError: The bytes are damaged or no PNG file.
    """
    try:
        _check(data)
        differences = _stored_rows(data)
        if differences is not None:
            return _summed(differences)
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            return np.array(image.convert("RGB"))
    except Exception as error:
        # Pillow's reader fails on damage in any way, whatever its documentation says.
        reason = str(error) or type(error).__name__
        raise ValueError(f"not a whole PNG image ({reason})") from error


def _deflated(filtered: NDArray[np.uint8]) -> bytes:
    deflate = zlib.compressobj(1, zlib.DEFLATED, 15, 9, zlib.Z_RLE)
    return deflate.compress(filtered.data) + deflate.flush()


def _stored(filtered: NDArray[np.uint8]) -> bytes:
    """Wrap bytes as a zlib stream of stored blocks."""
    data = filtered.data.cast("B")
    parts: list[bytes | memoryview] = [_ZLIB_HEADER]
    for place in range(0, len(data), _BLOCK):
        block = data[place : place + _BLOCK]
        last = place + _BLOCK >= len(data)
        parts += [struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF), block]
    return b"".join([*parts, struct.pack(">I", zlib.adler32(data))])


def _stored_rows(data: bytes | memoryview) -> NDArray[np.uint8] | None:
    """Return the differences ``[H, 1 + 3 W]`` of a file of ours that is not compressed."""
    width, height = struct.unpack_from(">II", data, _SIZES)
    if not (data[: len(_START)] == _START and data[24:29] == _EIGHT_BIT_RGB and width and height):
        return None
    size = height * (1 + 3 * width)
    blocks = -(-size // _BLOCK)
    body = len(_ZLIB_HEADER) + size + blocks * _BLOCK_HEAD + _ZLIB_CHECKSUM
    head = struct.pack(">I4s2s", body, b"IDAT", _ZLIB_HEADER)
    if data[_DATA : _DATA + len(head)] != head:
        return None
    parts, place = [], _DATA + len(head)
    for start in range(0, size, _BLOCK):
        length = min(_BLOCK, size - start)
        if struct.unpack_from("<BHH", data, place) != (
            start + _BLOCK >= size, length, length ^ 0xFFFF,
        ):  # fmt: skip
            return None
        parts.append(memoryview(data)[place + _BLOCK_HEAD : place + _BLOCK_HEAD + length])
        place += _BLOCK_HEAD + length
    rows = np.frombuffer(b"".join(parts), np.uint8).reshape(height, 1 + 3 * width)
    return rows if bool((rows[:, 0] == _UP).all()) else None


def _summed(differences: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Add every row to all above it.

    A stack of k rows is summed in all stacks at once, then every stack gets the last row of
    the one above: a few dozen calls that numpy vectorises, where its running sum takes three
    times as long.
    """
    height, width = len(differences), differences.shape[1] // 3
    rows = np.empty((height, 3 * width), np.uint8)
    k = math.isqrt(height)
    stacked = height // k * k
    given = differences[:stacked, 1:].reshape(-1, k, 3 * width)
    stacks = rows[:stacked].reshape(given.shape)
    stacks[:, 0] = given[:, 0]
    for row in range(1, k):
        np.add(stacks[:, row - 1], given[:, row], out=stacks[:, row])
    for above, stack in itertools.pairwise(stacks):
        stack += above[-1]
    for row in range(stacked, height):
        np.add(rows[row - 1], differences[row, 1:], out=rows[row])
    return rows.reshape(height, width, 3)


def _check(data: bytes | memoryview) -> None:
    """Bound the size, and compare every chunk with its checksum, which Pillow does not always."""
    width, height = struct.unpack_from(">II", data, _SIZES)
    if width * height > MAX_PIXELS:
        raise ValueError(f"{width} x {height} is more than {MAX_PIXELS} pixels")
    place, kind = len(_SIGNATURE), b""
    while place < len(data):
        (size,) = struct.unpack_from(">I", data, place)
        kind = bytes(data[place + 4 : place + 8])
        (checksum,) = struct.unpack_from(">I", data, place + 8 + size)
        if zlib.crc32(memoryview(data)[place + 4 : place + 8 + size]) != checksum:
            raise ValueError(f"checksum of {kind!r} is wrong")
        place += 12 + size
    if kind != b"IEND":
        raise ValueError("the end is missing")


def _chunk(kind: bytes, data: bytes | memoryview) -> bytes:
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

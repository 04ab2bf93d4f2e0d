"""Lossless images: the same pixels back, the same bytes again, damage found."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut
from skimage.io import imread

from graphforensics.media.png import decode_png, encode_png


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (201, 200)])
def test_round_trip(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, size=(*shape, 3), dtype=np.uint8)
    np.testing.assert_array_equal(decode_png(encode_png(image)), image)
    assert encode_png(image) == encode_png(image.copy())


def test_another_program_reads_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("png") / "face.png"
    path.write_bytes(encode_png(astronaut()))
    np.testing.assert_array_equal(imread(path), astronaut())


def test_views_are_encoded_as_they_look() -> None:
    view = astronaut()[20:120:2, 200:100:-1]
    np.testing.assert_array_equal(decode_png(encode_png(view)), view)


@pytest.mark.parametrize("damage", ["empty", "text", "half", "flipped"])
def test_damage_is_found(damage: str) -> None:
    data = encode_png(astronaut()[:64, :64])
    flipped = data[:500] + bytes([data[500] ^ 255]) + data[501:]
    broken = {"empty": b"", "text": b"no image", "half": data[: len(data) // 2], "flipped": flipped}
    with pytest.raises(ValueError, match="not a whole PNG image"):
        decode_png(broken[damage])


@pytest.mark.parametrize("side", [0, 9460, 2**31 - 1])
def test_sizes_that_no_crop_has(side: int) -> None:
    data = encode_png(astronaut()[:4, :4])
    header = b"IHDR" + struct.pack(">II", side, side) + data[24:29]
    huge = data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:]
    with pytest.raises(ValueError, match="not a whole PNG image"):
        decode_png(huge)


@pytest.mark.parametrize(
    "shape", [(1, 1), (2, 3), (7, 5), (24, 25), (201, 200), (3, 22000), (22000, 3)]
)
def test_files_that_are_not_compressed(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, size=(*shape, 3), dtype=np.uint8)
    data = encode_png(image, compress=False)
    # Another program's pixels are the oracle, for the bytes as for our own reader of them.
    np.testing.assert_array_equal(imread(io.BytesIO(data)), image)
    np.testing.assert_array_equal(decode_png(data), image)
    np.testing.assert_array_equal(decode_png(memoryview(data)), image)
    # A stored block has at most 65,535 bytes, after five that say so.
    filtered = shape[0] * (1 + 3 * shape[1])
    assert len(data) == 57 + 6 + filtered + 5 * -(-filtered // 65535)
    assert zlib.decompress(data[41:-16])[:: 1 + 3 * shape[1]] == bytes([2]) * shape[0]


def test_files_of_other_programs_are_left_to_pillow() -> None:
    image = astronaut()[:40, :50]
    files = []
    for level in (0, 6):
        file = io.BytesIO()
        Image.fromarray(image).save(file, "PNG", compress_level=level)
        files.append(file.getvalue())
    file = io.BytesIO()
    Image.fromarray(image).convert("L").save(file, "PNG")
    for data in files:
        np.testing.assert_array_equal(decode_png(data), image)
    assert decode_png(file.getvalue()).shape == (40, 50, 3)


def _with_data(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Change the data chunk, and put its length and checksum right again."""
    body = change(data[41:-16])
    chunk = b"IDAT" + body
    return b"".join(
        [data[:33], struct.pack(">I", len(body)), chunk, struct.pack(">I", zlib.crc32(chunk)),
         data[-12:]]
    )  # fmt: skip


@pytest.mark.parametrize("place", [0, 2, 3, 5, 7, -1])
def test_damage_that_checksums_do_not_tell(place: int) -> None:
    image = astronaut()[:30, :30]
    data = encode_png(image, compress=False)

    def change(body: bytes) -> bytes:
        broken = bytearray(body)
        broken[place] ^= 5
        return bytes(broken)

    # The zlib header, the block's head and length, the filter's number are not as ours; Pillow then
    # reads the file, or does not. It does not look at the checksum at the end, nor do we.
    outcome: contextlib.AbstractContextManager[object] = contextlib.nullcontext()
    if place != -1:
        outcome = pytest.raises(ValueError, match="not a whole PNG image")
    with outcome:
        decode_png(_with_data(data, change))
    assert (decode_png(_with_data(data, bytes)) == image).all()
    for length in (0, 1, 40, len(data) - 70):
        with pytest.raises(ValueError, match="not a whole PNG image"):
            decode_png(_with_data(data, lambda body, length=length: body[:length]))

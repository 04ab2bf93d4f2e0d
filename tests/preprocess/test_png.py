"""Lossless images: the same pixels back, the same bytes again, damage found."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from skimage.data import astronaut
from skimage.io import imread

from graphforensics.preprocess.png import decode_png, encode_png


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

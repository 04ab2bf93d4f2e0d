"""The hash against its definition, and what it survives."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from graphforensics.splits.leaks import perceptual_hash


def _oracle(image: np.ndarray) -> int:
    """The definition with the DCT written out, on a picture whose blocks divide evenly."""
    height, width = image.shape
    means = image.reshape(32, height // 32, 32, width // 32).mean(axis=(1, 3))
    small = np.floor(means + 0.5)
    n = np.arange(32)
    basis = np.cos(np.pi * (2 * n[None] + 1) * n[:, None] / 64) * np.sqrt(2 / 32)
    basis[0] /= np.sqrt(2)
    low = (basis @ small @ basis.T)[:8, :8].ravel()
    middle = np.median(low[1:])
    return int("".join("1" if value > middle else "0" for value in low), 2)


@pytest.mark.parametrize("seed", range(5))
def test_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rough = rng.integers(0, 256, (6, 6), dtype=np.uint8)
    image = np.asarray(Image.fromarray(rough).resize((128, 64), Image.Resampling.BICUBIC))
    assert bin(perceptual_hash(image) ^ _oracle(image)).count("1") <= 1


def test_it_survives_what_copies_go_through() -> None:
    image = astronaut()
    code = perceptual_hash(image)
    small = np.asarray(Image.fromarray(image).resize((200, 200)))
    dark = (image * 0.7).astype(np.uint8)
    for copy in (small, dark, np.asarray(Image.fromarray(image).convert("L"))):
        assert bin(perceptual_hash(copy) ^ code).count("1") <= 4
    turned = np.ascontiguousarray(image[:, ::-1])
    assert bin(perceptual_hash(turned) ^ code).count("1") > 15


def test_a_wall_has_no_hash() -> None:
    assert perceptual_hash(np.full((40, 40, 3), 200, np.uint8)) is None


def test_wrong_types() -> None:
    for image in (np.zeros((4, 4)), np.zeros(4, np.uint8), np.zeros((4, 4, 0), np.uint8)):
        with pytest.raises(ValueError, match="'image' must be uint8"):
            perceptual_hash(image)

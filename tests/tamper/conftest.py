"""The astronaut, and the landmarks of a schematic face that lies over hers."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.data import astronaut

from graphforensics.data import InputSpec
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset


@pytest.fixture
def photograph() -> NDArray[np.uint8]:
    return astronaut()


@pytest.fixture
def landmarks() -> NDArray[np.float32]:
    """68 points of a schematic face over the astronaut's: jaw, brows, nose, eyes, mouth."""
    return schematic_face(centre=(222.0, 115.0), width=96.0)


def schematic_face(centre: tuple[float, float], width: float) -> NDArray[np.float32]:
    """Place 68 points in iBUG order on an upright face whose jaw is ``width`` wide."""
    angle = np.pi * np.arange(17) / 16
    jaw = np.stack([-np.cos(angle), np.sin(angle) * 1.1], axis=1)
    across = np.linspace(-0.75, -0.15, 5)
    brow = np.stack([across, np.full(5, -0.35)], axis=1)
    bridge = np.stack([np.zeros(4), np.linspace(-0.1, 0.3, 4)], axis=1)
    base = np.stack([np.linspace(-0.2, 0.2, 5), np.full(5, 0.4)], axis=1)
    turn = np.pi - 2 * np.pi * np.arange(6) / 6
    eye = np.stack([-0.45 + 0.18 * np.cos(turn), -0.1 - 0.08 * np.sin(turn)], axis=1)
    outer = 2 * np.pi * np.arange(12) / 12
    lips = np.stack([-0.4 * np.cos(outer), 0.65 - 0.15 * np.sin(outer)], axis=1)
    inner = 2 * np.pi * np.arange(8) / 8
    mouth = np.stack([-0.3 * np.cos(inner), 0.65 - 0.05 * np.sin(inner)], axis=1)
    mirrored = brow[::-1] * [-1, 1], eye * [-1, 1]
    parts = [jaw, brow, mirrored[0], bridge, base, eye, mirrored[1], lips, mouth]
    points = np.concatenate(parts) * width / 2 + centre
    return points.astype(np.float32)


@pytest.fixture(scope="session")
def drawn_clips() -> list[tuple[list[NDArray[np.uint8]], list[NDArray[np.float32]]]]:
    """Frames and exact landmarks of two drawn people who talk, 12 frames each."""
    spec = InputSpec("frames", size=128, frames=12, margin=2.0)
    people = FakeFaceDataset("all", spec, identities=2, manipulations=(), frames=12)
    samples = [people[place] for place in range(2)]
    return [
        (list(sample["inputs"].permute(0, 2, 3, 1).numpy()), list(sample["landmarks"].numpy()))
        for sample in samples
    ]

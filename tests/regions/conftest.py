"""Faces drawn and placed by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.regions.faces import PAIRS, SIDE, half_face


@pytest.fixture
def face() -> Tensor:
    """Landmarks ``[68, 2]`` of an upright, symmetric face in 224 x 224 pixels, float64."""
    points = half_face()
    points |= {other: (SIDE - points[own][0], points[own][1]) for own, other in PAIRS}
    return torch.tensor([points[i] for i in range(68)], dtype=torch.float64)


@pytest.fixture(scope="session")
def people(data_root: Path) -> Tensor:
    """Hand-placed landmarks ``[B, 68, 2]`` of eighteen people, each scaled to 224 x 224."""
    files = [f for folder in ("frll", "canada", "3dsk") for f in _six(data_root, folder)]
    faces = []
    for file in files:
        points = np.loadtxt(file)
        low, high = points.min(0), points.max(0)
        side = 1.5 * (high - low).max()
        faces.append((points - (low + high) / 2) * SIDE / side + [112, 122])
    return torch.tensor(np.stack(faces)).float()


def _six(data_root: Path, folder: str) -> list[Path]:
    return sorted((data_root / "stills" / folder).glob("*.pts"))[:6]

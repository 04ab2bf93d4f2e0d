from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from graphforensics.models import AUNet
from tests.tamper.conftest import schematic_face

#: Stride 8: a map of 4 x 4 places.
SMALL: dict[str, Any] = {
    "encoder": "resnet10t",
    "encoder_stage": 2,
    "width": 16,
    "hidden_channels": 16,
    "heads": 2,
    "size": 32,
}


@pytest.fixture
def small() -> dict[str, Any]:
    return dict(SMALL)


@pytest.fixture
def aunet() -> AUNet:
    torch.manual_seed(3)
    return AUNet(**SMALL)


@pytest.fixture
def images() -> Tensor:
    return torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(4))


@pytest.fixture
def face() -> Tensor:
    """Landmarks of a face that fills most of 32 x 32 pixels."""
    return torch.from_numpy(schematic_face((16.0, 15.0), 22.0))


@pytest.fixture
def batch(face: Tensor) -> dict[str, Tensor]:
    """A real face and one with a forged corner."""
    mask = torch.zeros(2, 1, 32, 32)
    mask[1, :, :16, :16] = 1
    return {
        "label": torch.tensor([0.0, 1.0]),
        "mask": mask,
        "has_mask": torch.tensor([True, True]),
        "landmarks": torch.stack([face, face + 1]),
    }

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from graphforensics.models import DeepfakeMAE
from graphforensics.regions.mean_face import mean_face

#: 8 x 8 patches of 8 pixels; two blocks each way.
SMALL: dict[str, Any] = {
    "channels": 16,
    "blocks": 2,
    "heads": 2,
    "decoder_channels": 8,
    "decoder_blocks": 1,
    "decoder_heads": 2,
    "patch": 8,
    "mapping_encoder": "resnet10t",
    "mapping_channels": 8,
    "frames": 3,
    "size": 64,
}


@pytest.fixture
def small() -> dict[str, Any]:
    return dict(SMALL)


@pytest.fixture
def model() -> DeepfakeMAE:
    torch.manual_seed(3)
    return DeepfakeMAE(**SMALL)


@pytest.fixture
def frames() -> Tensor:
    return torch.randn(2, 3, 3, 64, 64, generator=torch.Generator().manual_seed(4))


@pytest.fixture
def images(frames: Tensor) -> Tensor:
    return frames.flatten(0, 1)


@pytest.fixture
def landmarks() -> Tensor:
    """Six faces here and there."""
    spread = torch.randn(6, 1, 2, generator=torch.Generator().manual_seed(5))
    return mean_face(64) + 5 * spread

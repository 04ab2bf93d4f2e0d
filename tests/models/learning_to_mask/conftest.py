from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from graphforensics.models import LearningToMask

#: Stride 8: a map of 4 x 4 places; the heads do not divide its 128 channels.
SMALL: dict[str, Any] = {
    "encoder": "resnet10t",
    "encoder_stage": 2,
    "blocks": 2,
    "heads": 3,
    "hidden_channels": 32,
    "classifier_channels": 16,
    "size": 32,
}


@pytest.fixture
def small() -> dict[str, Any]:
    return dict(SMALL)


@pytest.fixture
def model() -> LearningToMask:
    torch.manual_seed(3)
    return LearningToMask(**SMALL)


@pytest.fixture
def images() -> Tensor:
    return torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(4))


@pytest.fixture
def batch() -> dict[str, Tensor]:
    return {"label": torch.tensor([0.0, 1.0, 1.0, 0.0])}

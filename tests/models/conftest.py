from __future__ import annotations

from typing import Any

import pytest
import torch

from graphforensics.models import MRL

#: Small enough that a forward pass takes milliseconds; two stages of a residual network.
SMALL: dict[str, Any] = {
    "encoder": "resnet10t",
    "encoder_stage": 2,
    "attention_channels": 16,
    "regions": 4,
    "hidden_channels": 8,
    "snippets": 3,
    "frames": 2,
    "size": 32,
}


@pytest.fixture
def small() -> dict[str, Any]:
    return dict(SMALL)


@pytest.fixture
def mrl() -> MRL:
    torch.manual_seed(3)
    return MRL(**SMALL)


@pytest.fixture
def clips() -> torch.Tensor:
    return torch.randn(2, 3, 3, 2, 32, 32, generator=torch.Generator().manual_seed(4))

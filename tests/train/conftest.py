"""A detector and a data set that train in a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from graphforensics.data import InputSpec
from graphforensics.models import MRL
from graphforensics.train import FaceStoreDataModule

#: Small, and random in training: a random edge mask and dropout.
TINY: dict[str, Any] = {
    "encoder": "resnet10t",
    "encoder_stage": 1,
    "regions": 4,
    "snippets": 2,
    "frames": 3,
    "size": 32,
    "hidden_channels": 8,
    "attention_channels": 8,
    "dropout": 0.2,
    "mask_strategy": "random",
}


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Several threads slow such small networks down, most of all beside other programs."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_keywords() -> dict[str, Any]:
    """Keywords of the tiny detector."""
    return dict(TINY)


@pytest.fixture
def tiny_model() -> MRL:
    """An untrained tiny detector, always with the same weights."""
    torch.manual_seed(3)
    return MRL(**TINY)


@pytest.fixture(scope="session")
def noise_store(
    tmp_path_factory: pytest.TempPathFactory, labelled_store: Callable[..., Path]
) -> Path:
    """Eight people, a real and a fake track each."""
    return labelled_store(tmp_path_factory.mktemp("noise") / "store", people=8)


@pytest.fixture
def noise_data(noise_store: Path) -> FaceStoreDataModule:
    """Four people to train on, two to validate on, two to test on."""
    spec = InputSpec("clip", size=32, snippets=2, frames=3)
    return FaceStoreDataModule([noise_store], spec, batch_size=4, fractions=(0.5, 0.25, 0.25))

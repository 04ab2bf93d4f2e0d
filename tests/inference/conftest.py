"""A tiny detector and stores to score."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from graphforensics.models import MRL


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Several threads slow such small networks down, most of all beside other programs."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_model() -> MRL:
    """An untrained tiny detector of clips of two runs of three frames."""
    torch.manual_seed(3)
    return MRL(
        encoder="resnet10t",
        encoder_stage=1,
        regions=4,
        snippets=2,
        frames=3,
        size=32,
        hidden_channels=8,
        attention_channels=8,
    ).eval()


@pytest.fixture(scope="session")
def image_model() -> MRL:
    """An untrained tiny detector of single images."""
    torch.manual_seed(3)
    return MRL.image_based(
        encoder="resnet10t", encoder_stage=1, regions=4, size=32, hidden_channels=8
    ).eval()


@pytest.fixture(scope="session")
def scored_store(
    tmp_path_factory: pytest.TempPathFactory, labelled_store: Callable[..., Path]
) -> Path:
    """Five people, a real and a fake track each, and one person without a face."""
    root = tmp_path_factory.mktemp("scored") / "store"
    return labelled_store(root, people=5, frames=12, faceless=1)

"""Drawn people small enough to be learnt in a second."""

from __future__ import annotations

import pytest
import torch

from graphforensics.tamper.autoencoder.face_set import FaceSet
from graphforensics.tamper.recipe.autoencoder_settings import AutoencoderSettings


@pytest.fixture(scope="session")
def two_people(drawn_clips) -> tuple[FaceSet, FaceSet]:
    one, other = (FaceSet.of(*clip, 32, name) for clip, name in zip(drawn_clips, "ab", strict=True))
    return one, other


@pytest.fixture(scope="session")
def few_steps() -> AutoencoderSettings:
    return AutoencoderSettings(32, 6, 4, save_every=2)


@pytest.fixture(autouse=True)
def one_thread():
    """Sums over several threads differ in their last bits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)

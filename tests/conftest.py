"""Fixtures that several tests share: a real face in a generated clip, and the real clips."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from graphforensics.data.clip_writer import write_clip
from graphforensics.data.moving_face import moving_face


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002 -- libraries beneath draw from it


@pytest.fixture(scope="session")
def astronaut_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty frames of the astronaut's moving face, H.264, 384 x 288."""
    path = tmp_path_factory.mktemp("clips") / "astronaut.mp4"
    write_clip(path, moving_face(40))
    return path


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of real clips; tests that ask for it are skipped where it is absent."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    root = Path(os.environ.get("GRAPHFORENSICS_DATA") or beside)
    if not (root / "manifest.csv").is_file():
        pytest.skip(f"no real clips at {root}: set GRAPHFORENSICS_DATA")
    return root

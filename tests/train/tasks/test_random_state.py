"""Random generators go on where they were, through a file that holds no pickled objects."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import torch

from graphforensics.train.tasks.random_state import random_state, restore_random_state


def _draw() -> list[float]:
    numbers = [random.random(), random.gauss(0, 1), float(torch.rand(())), float(torch.randn(()))]
    return [*numbers, np.random.rand(), np.random.randn()]  # noqa: NPY002


def test_all_generators_go_on_where_they_were(tmp_path: Path) -> None:
    _draw()  # leaves a cached second Gaussian number in Python's and NumPy's generators
    torch.save(random_state(), tmp_path / "state")
    first = [_draw() for _ in range(3)]
    _draw()
    restore_random_state(torch.load(tmp_path / "state", weights_only=True))
    assert [_draw() for _ in range(3)] == first

"""A real face and a graph over it whose every relation is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from skimage.data import astronaut

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence

#: Row i receives: strongest is 2 -> 0 with -4, and 1 relates to itself with 2.
MATRIX = torch.tensor([[0.0, 1.0, -4.0], [0.5, 2.0, 0.0], [3.0, -0.25, -1.0]])
#: What a mask hid: 0 -> 2 and 2 -> 2.
KEPT = torch.tensor([[True, True, True], [True, True, True], [False, True, False]])
PLACES = torch.tensor([[0.3, 0.35], [0.7, 0.35], [0.5, 0.75]])


@pytest.fixture(scope="session")
def face_image() -> NDArray[np.uint8]:
    return np.ascontiguousarray(astronaut()[40:200, 145:305])


@pytest.fixture
def graph() -> FaceGraph:
    return FaceGraph.from_dense(
        torch.rand(3, 4),
        MATRIX.clone(),
        pos=PLACES.clone(),
        edge_kept=KEPT.clone(),
        attention=bumps(PLACES),
    )


@pytest.fixture
def sequence() -> FaceGraphSequence:
    """Three snapshots; weights grow by 1 a snapshot, places drift to the right."""
    steps = torch.arange(3.0)
    places = PLACES[:, None] + torch.stack([0.05 * steps, 0 * steps], dim=1)
    return FaceGraphSequence.from_dense(
        torch.rand(3, 3, 4),
        MATRIX + steps.view(3, 1, 1),
        pos=places,
        y=1,
        edge_kept=KEPT.clone(),
        attention=bumps(places),
    )


def bumps(places: torch.Tensor, side: int = 7) -> torch.Tensor:
    """Attention with one peak at each place, ``[..., side, side]``."""
    grid = (torch.arange(side) + 0.5) / side
    across = (grid - places[..., 0, None]) ** 2
    down = (grid - places[..., 1, None]) ** 2
    return torch.exp(-(down[..., :, None] + across[..., None, :]) / 0.02)

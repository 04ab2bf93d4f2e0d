from __future__ import annotations

import pytest
import torch
from torch import Tensor

from graphforensics.regions import FaceFrame
from tests.regions.faces import turned


def test_upright(face: Tensor):
    frame = FaceFrame.from_landmarks(face)
    assert frame.unit.tolist() == [38.0]
    assert frame.right.tolist() == [[1.0, 0.0]]
    assert frame.down.abs().tolist() == [[0.0, 1.0]]
    steps = torch.tensor([[1.0, 0.0], [0.0, 0.5]], dtype=torch.float64)
    assert frame.offset(steps).tolist() == [[[38.0, 0.0], [0.0, 19.0]]]


@pytest.mark.parametrize("degrees", [-90, -20, 35, 180])
def test_axes_turn_with_the_face(face: Tensor, degrees: float):
    frame = FaceFrame.from_landmarks(turned(face, degrees, (50, 70)))
    axes = torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    right, down = turned(axes, degrees, (0, 0))
    torch.testing.assert_close(frame.right[0], right)
    torch.testing.assert_close(frame.down[0], down)
    torch.testing.assert_close(frame.unit, torch.tensor([38.0], dtype=torch.float64))


def test_eyes_that_coincide_are_refused(face: Tensor):
    face[42] = face[39]
    with pytest.raises(ValueError, match=r"eyes apart .* face 0 of 1"):
        FaceFrame.from_landmarks(face)

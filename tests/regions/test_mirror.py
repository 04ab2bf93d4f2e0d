from __future__ import annotations

import pytest
import torch
from torch import Tensor

from graphforensics.regions import mirror_landmarks
from tests.regions.faces import check_compiles_and_exports


def test_a_symmetric_face_is_its_mirror_image(face: Tensor):
    assert torch.equal(mirror_landmarks(face, 225), face)


def test_twice_is_nothing():
    landmarks = torch.rand(3, 68, 2, dtype=torch.float64) * 100
    torch.testing.assert_close(mirror_landmarks(mirror_landmarks(landmarks, 80), 80), landmarks)


def test_a_landmark_stays_on_its_pixel(face: Tensor):
    picture = torch.zeros(224, 180)
    moved = face - torch.tensor([20.0, 0.0])
    x, y = moved[54].long().tolist()  # the mouth's corner on the right
    picture[y, x] = 1
    x, y = mirror_landmarks(moved, 180)[48].long().tolist()
    assert picture.flip(1)[y, x] == 1


def test_shapes_and_errors(face: Tensor):
    assert mirror_landmarks(face[None].float(), 9).shape == (1, 68, 2)
    with pytest.raises(ValueError, match=r"got \[1, 2\]"):
        mirror_landmarks(face[:1], 9)
    with pytest.raises(ValueError, match="'width' must be positive"):
        mirror_landmarks(face, 0)


def test_compiled_and_exported(face: Tensor):
    check_compiles_and_exports(lambda x: mirror_landmarks(x, 224), torch.stack([face, face + 1]))

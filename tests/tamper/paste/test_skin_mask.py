import numpy as np
import pytest

from graphforensics.errors import NoFaceError
from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.paste import fill_polygon, skin_mask

FACE = mean_face(200, 1.5).double().numpy()


def test_cheeks_are_in_eyes_and_lips_are_out() -> None:
    mask = skin_mask(FACE, (200, 200))
    left_eye, mouth = FACE[36:42].mean(axis=0), FACE[48:60].mean(axis=0)
    cheek = (FACE[2] + FACE[31]) / 2
    for point, wanted in ((cheek, True), (left_eye, False), (mouth, False), ((2, 2), False)):
        assert mask[round(point[1]), round(point[0])] == wanted


def test_a_square_polygon() -> None:
    square = np.array([[1.0, 1.0], [1.0, 3.0], [3.0, 3.0], [3.0, 1.0]])
    mask = fill_polygon(square, (6, 6))
    assert mask[2, 2]
    assert not mask[4:].any()
    assert not mask[:, 4:].any()
    assert not fill_polygon(square - 50, (6, 6)).any()


def test_a_face_elsewhere() -> None:
    with pytest.raises(NoFaceError):
        skin_mask(FACE + 900, (200, 200))

import numpy as np

from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.partner.shape_changes import shape_changes

FACE = mean_face(100, 1.6).double().numpy()


def test_a_face_that_only_moves_does_not_change() -> None:
    assert shape_changes([FACE, FACE + 5, FACE - [3, 9]]).max() < 1e-12


def test_one_landmark_that_jumps() -> None:
    off = FACE.copy()
    off[30] += [6.8, 0]
    # Less its share of the mean it moves by 67 / 68 of that, and each other by 1 / 68.
    wanted = (6.7 + 67 * 0.1) / 68 / np.ptp(FACE[:, 0])
    found = shape_changes([FACE, FACE, off, FACE, FACE, None, off])
    np.testing.assert_allclose(found, [0, 0, wanted, 0, 0, 0, 0], rtol=1e-9, atol=1e-12)


def test_nobody() -> None:
    assert shape_changes([]).tolist() == []
    assert shape_changes([None, FACE, None]).tolist() == [0, 0, 0]

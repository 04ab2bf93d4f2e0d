import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from graphforensics.errors import NoFaceError
from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.partner import FacePose

FACE = mean_face(200, 2.0).double().numpy()


def _turned(degrees: float, axis: str) -> np.ndarray:
    """Turn a face whose nose sticks out of its plane, and look at it from far away."""
    unit = FACE[42:48].mean(0)[0] - FACE[36:42].mean(0)[0]
    depth = np.zeros(68)
    depth[27:36] = np.array([0.1, 0.25, 0.4, 0.6, 0.2, 0.25, 0.3, 0.25, 0.2]) * unit
    solid = np.c_[FACE - FACE.mean(axis=0), depth]
    return (solid @ Rotation.from_euler(axis, degrees, degrees=True).as_matrix().T)[:, :2]


def test_a_mean_face_looks_ahead() -> None:
    pose = FacePose.of(FACE)
    assert abs(pose.yaw) < 0.01
    assert abs(pose.roll) < 0.01
    assert pose.mouth < 0.05
    assert 0.2 < pose.eyes < 0.5


def test_yaw_follows_the_turn() -> None:
    yaws = [FacePose.of(_turned(angle, "y")).yaw for angle in (-20, -10, 0, 10, 20)]
    assert np.all(np.diff(yaws) > 0.05)
    assert yaws[4] == pytest.approx(-yaws[0], abs=0.01)
    # The nose is 0.6 distances of the eyes deep; these come closer by the cosine.
    assert yaws[4] == pytest.approx(0.6 * np.tan(np.deg2rad(20)), abs=0.02)


def test_roll_is_the_angle_in_the_picture_and_changes_nothing_else() -> None:
    upright, tilted = FacePose.of(FACE), FacePose.of(_turned(15, "z"))
    assert tilted.roll == pytest.approx(np.deg2rad(15))
    np.testing.assert_allclose(tilted[:2], upright[:2], atol=1e-9)
    np.testing.assert_allclose(tilted[3:], upright[3:], atol=1e-9)


def test_an_open_mouth() -> None:
    opened = FACE.copy()
    opened[65:68, 1] += 10
    gap = np.mean(opened[[67, 66, 65], 1] - FACE[[61, 62, 63], 1])
    width = FACE[54, 0] - FACE[48, 0]
    assert FacePose.of(opened).mouth == pytest.approx(gap / width, abs=1e-3)


def test_no_face() -> None:
    for landmarks in (np.zeros((68, 2)), FACE * np.nan):
        with pytest.raises(NoFaceError, match="no two eyes"):
            FacePose.of(landmarks)

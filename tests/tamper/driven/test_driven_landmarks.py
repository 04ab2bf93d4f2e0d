import numpy as np
import pytest

from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.driven import Expressions, driven_landmarks
from graphforensics.tamper.driven.driven_landmarks import eye_gaps
from graphforensics.tamper.partner.face_pose import mouth_openness

FACE = mean_face(200, 2.0).double().numpy()
LOWER_LIPS = [*range(55, 60), *range(65, 68)]


def _speech(count: int, far: float, phase: float = 0.0) -> np.ndarray:
    track = np.repeat(FACE[None], count, axis=0)
    gap = far * (1 - np.cos(np.arange(count) * 2 * np.pi / 10 + phase)) / 2
    track[:, LOWER_LIPS, 1] += gap[:, None]
    return track


def _blinks(count: int, closed: list[int]) -> np.ndarray:
    track = np.repeat(FACE[None], count, axis=0)
    for up, low in ((37, 41), (38, 40), (43, 47), (44, 46)):
        middle = track[closed][:, [up, low], 1].mean(axis=1)
        track[closed, up, 1] = track[closed, low, 1] = middle
    return track


@pytest.mark.parametrize("whole_face", [True, False])
def test_a_clip_driven_by_itself_stays_as_it_is(whole_face: bool) -> None:
    track = _speech(20, 6) + np.arange(20)[:, None, None]
    target = Expressions.of(track)
    found = driven_landmarks(target, target.moved, whole_face)
    np.testing.assert_allclose(found, track, atol=0.05)


def test_the_mouth_does_what_the_driver_s_does() -> None:
    quiet, talking = Expressions.of(_speech(20, 0)), Expressions.of(_speech(20, 3))
    found = driven_landmarks(quiet, talking.moved, whole_face=False)
    opened = [mouth_openness(face) for face in found]
    wanted = [mouth_openness(face) for face in _speech(20, 3)]
    np.testing.assert_allclose(opened, wanted, atol=0.01)
    # And the other way round: a talking mouth is kept shut.
    shut = driven_landmarks(talking, quiet.moved, whole_face=False)
    assert max(mouth_openness(face) for face in shut) < 0.06


def test_what_is_not_driven_stays() -> None:
    rng = np.random.default_rng(0)
    target = Expressions.of(_speech(20, 4))
    moved = rng.normal(0, 0.01, (20, 68, 2))
    lower = driven_landmarks(target, moved, whole_face=False)
    own = target.place(target.shape)
    upper = [0, 1, 15, 16, *range(17, 48)]
    np.testing.assert_allclose(lower[:, upper], own[:, upper], atol=1e-9)
    whole = driven_landmarks(target, moved, whole_face=True)
    assert np.abs(whole[:, 17:27] - own[:, 17:27]).max() > 0.5


def test_eyes_close_with_the_driver_s_and_never_open_farther() -> None:
    target, driver = Expressions.of(_blinks(20, [15])), Expressions.of(_blinks(20, [5, 6]))
    found = driven_landmarks(target, driver.moved, whole_face=True)
    own, gaps = eye_gaps(target.place(target.shape)), eye_gaps(found)
    assert (gaps[[5, 6]] < 0.3 * own[[5, 6]]).all()
    assert (gaps[15] < 0.1 * own[0]).all()
    np.testing.assert_allclose(gaps[:5], own[:5], atol=0.1)
    assert (gaps <= own + 1e-6).all()


def test_a_mouth_opens_no_farther_than_is_known_of_it() -> None:
    target, driver = Expressions.of(_speech(20, 0)), Expressions.of(_speech(20, 40))
    found = driven_landmarks(target, driver.moved, whole_face=False)
    widest = max(mouth_openness(face) for face in found)
    assert 0.1 < widest < 0.14


def test_lips_do_not_change_places() -> None:
    target = Expressions.of(_speech(10, 6))
    pressed = np.zeros((10, 68, 2))
    pressed[:, LOWER_LIPS, 1] = -0.1
    found = driven_landmarks(target, pressed, whole_face=False)
    assert (found[:, [67, 66, 65], 1] >= found[:, [61, 62, 63], 1] - 1e-9).all()

import numpy as np
import pytest

from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.warp.steady_landmarks import steady_landmarks

FACE = mean_face(200, 2.0).double().numpy()
SIZE = (200, 200)


def _track(count: int, step: float = 0.5) -> list[np.ndarray | None]:
    return [FACE + step * number for number in range(count)]


def test_straight_motion_is_kept_without_lag() -> None:
    steady = steady_landmarks(_track(20), SIZE, 25.0, window=0.4)
    for given, found in zip(_track(20), steady, strict=True):
        np.testing.assert_allclose(found, given, atol=1e-6)


def test_jitter_shrinks() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1.0, (60, 68, 2))
    steady = steady_landmarks(list(FACE + noise), SIZE, 25.0)
    left = np.std([points - FACE for points in steady], axis=0).mean()
    assert left < 0.65


def test_short_gaps_are_filled_and_long_ones_stay() -> None:
    track = _track(40)
    for gone in (0, 10, 11, 12, 13, 14, 25, 26, 27, 28, 29, 30, 39):
        track[gone] = None
    steady = steady_landmarks(track, SIZE, 25.0, window=0, gap=0.2)
    missing = [number for number, points in enumerate(steady) if points is None]
    assert missing == [0, 25, 26, 27, 28, 29, 30, 39]
    np.testing.assert_allclose(steady[12], FACE + 6.0, atol=1e-9)


def test_a_cut_is_not_bridged() -> None:
    track = [FACE, FACE, None, FACE + 60, FACE + 60]
    steady = steady_landmarks(track, SIZE, 25.0)
    assert steady[2] is None
    np.testing.assert_allclose(steady[1], FACE, atol=1e-6)
    np.testing.assert_allclose(steady[3], FACE + 60, atol=1e-6)


def test_landmarks_that_show_no_face_count_as_missing() -> None:
    nowhere = [FACE * np.nan, FACE * 0, FACE - 500, None]
    assert steady_landmarks(nowhere, SIZE, 25.0) == [None] * 4


def test_a_clip_of_one_frame_and_of_none() -> None:
    [alone] = steady_landmarks([FACE], SIZE, 25.0)
    np.testing.assert_allclose(alone, FACE, atol=1e-9)
    assert steady_landmarks([], SIZE, 25.0) == []


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="'rate' must be positive"):
        steady_landmarks([FACE], SIZE, 0)
    with pytest.raises(ValueError, match="'window' and 'gap'"):
        steady_landmarks([FACE], SIZE, 25, window=-1)
    with pytest.raises(ValueError, match="'landmarks' must be"):
        steady_landmarks([FACE[:5]], SIZE, 25)

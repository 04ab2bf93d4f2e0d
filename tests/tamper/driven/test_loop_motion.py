import numpy as np
import pytest

from graphforensics.tamper.driven import loop_motion

RAMP = np.arange(4.0)


def test_short_motion_goes_back_and_forth() -> None:
    assert loop_motion(RAMP, 1.0, 10).tolist() == [0, 1, 2, 3, 2, 1, 0, 1, 2, 3]
    assert loop_motion(RAMP, 1.0, 4, start=2.0).tolist() == [2, 3, 2, 1]


def test_long_motion_is_cut_off() -> None:
    assert loop_motion(np.arange(100.0), 1.0, 3).tolist() == [0, 1, 2]


def test_rates_differ() -> None:
    # 25 frames a second for a clip of 50: every other place lies between two frames.
    assert loop_motion(RAMP, 0.5, 5).tolist() == [0, 0.5, 1, 1.5, 2]
    assert loop_motion(RAMP, 2.0, 4).tolist() == [0, 2, 2, 0]


def test_one_frame_stands_still() -> None:
    assert loop_motion(np.array([7.0]), 1.0, 3).tolist() == [7, 7, 7]


def test_any_shape() -> None:
    motion = np.random.default_rng(0).normal(size=(5, 68, 2))
    played = loop_motion(motion, 1.0, 9)
    np.testing.assert_allclose(played[:5], motion)
    np.testing.assert_allclose(played[5:], motion[3::-1])


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        loop_motion(RAMP[:0], 1.0, 3)
    with pytest.raises(ValueError, match="'ratio' must be positive"):
        loop_motion(RAMP, 0.0, 3)

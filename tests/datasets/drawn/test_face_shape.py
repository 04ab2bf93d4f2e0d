"""Points of drawn faces, whoever and however they move."""

from __future__ import annotations

import numpy as np
import pytest

from graphforensics.datasets.drawn import FaceLook, FaceMotion, FacePose, face_points


def _look(seed: int) -> FaceLook:
    return FaceLook.draw(np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(8))
def test_landmarks_keep_their_order_in_every_pose(seed: int) -> None:
    look, motion = _look(seed), FaceMotion(np.random.default_rng(seed))
    for time in np.linspace(0, 6, 25):
        points = face_points(look, motion.pose(float(time)))[:68]
        assert np.isfinite(points).all()
        jaw, brows, eyes = points[:17], points[17:27], points[36:48]
        # The ends of the jaw turn out of sight.
        assert (np.diff(jaw[2:15, 0]) > 0).all()
        assert (np.diff(brows[:, 0]) > 0).all()
        assert brows[:, 1].mean() < eyes[:, 1].mean() < points[30, 1] < points[51, 1]
        assert points[51, 1] < points[57, 1] < points[8, 1]
        # Inner lips lie within the outer ones.
        assert points[48, 0] < points[60, 0] < points[64, 0] < points[54, 0]


def test_a_turn_moves_the_nose_and_a_blink_closes_the_eyes() -> None:
    look = _look(0)
    rest, right = (face_points(look, FacePose(yaw=yaw)) for yaw in (0.0, 0.3))
    assert right[30, 0] - right[27, 0] > rest[30, 0] - rest[27, 0] + 0.05
    closed = face_points(look, FacePose(blink=1.0))
    assert (rest[[41, 40], 1] - rest[[37, 38], 1]).min() > 0.08
    assert (closed[[41, 40], 1] - closed[[37, 38], 1]).max() < 0.03


def test_roll_shift_and_zoom_are_a_similarity() -> None:
    look = _look(1)
    rest = face_points(look, FacePose())
    moved = face_points(look, FacePose(roll=0.4, shift=(0.5, -0.2), zoom=1.3))
    apart = np.linalg.norm(rest[:, None] - rest[None], axis=-1)
    np.testing.assert_allclose(
        np.linalg.norm(moved[:, None] - moved[None], axis=-1), 1.3 * apart, atol=1e-9
    )

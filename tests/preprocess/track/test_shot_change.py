"""Cuts are seen, motion and noise are not."""

from __future__ import annotations

import numpy as np
from skimage.data import astronaut, camera

from graphforensics.datasets.moving_face import moving_face
from graphforensics.preprocess.track.shot_change import ShotChange


def test_cut_between_two_scenes() -> None:
    shots = ShotChange()
    scenes = [astronaut()[:, :, 1]] * 5 + [camera()] * 5 + [astronaut()[:, :, 1]]
    assert [shots(frame) for frame in scenes] == [False] * 5 + [True] + [False] * 4 + [True]
    shots.reset()
    assert not shots(camera())


def test_motion_noise_and_a_pan_are_no_cuts() -> None:
    shots = ShotChange()
    assert not any(shots(frame[:, :, 1]) for frame in moving_face(40, sway=60.0))
    rng = np.random.default_rng(0)
    shots.reset()
    wide = np.tile(camera(), (1, 3))
    for number in range(60):
        noise = rng.normal(0, 5, (512, 512))
        frame = wide[:, number * 12 : number * 12 + 512] + noise
        assert not shots(np.clip(frame, 0, 255).astype(np.uint8))


def test_sizes_that_change_and_single_pixels() -> None:
    shots = ShotChange()
    shapes = [(1, 1), (1, 1), (2, 300), (2, 300), (300, 2), (64, 64)]
    cuts = [shots(np.zeros(shape, np.uint8)) for shape in shapes]
    assert cuts == [False, False, True, False, True, True]

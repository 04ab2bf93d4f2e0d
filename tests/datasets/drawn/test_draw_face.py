"""Pictures of drawn faces: views of one scene, and colours where the landmarks are."""

from __future__ import annotations

import numpy as np
from PIL import Image

from graphforensics.datasets.drawn import FaceLook, FacePose, Scene, View, draw_face

VIEW = View((-1.7, -1.8), 40.0, (144, 136))


def _draw(view: View, seed: int = 2, **pose: float):
    rng = np.random.default_rng(seed)
    look = FaceLook.draw(rng)
    return draw_face(look, FacePose(**pose), Scene(rng), view)


def test_a_finer_view_shows_the_same() -> None:
    coarse, fine = _draw(VIEW), _draw(VIEW.finer(2))
    shrunk = Image.fromarray(fine.image).resize((136, 144), Image.Resampling.BOX)
    off = np.abs(np.asarray(shrunk).astype(float) - coarse.image)
    assert off.mean() < 4
    np.testing.assert_allclose((fine.landmarks + 0.5) / 2 - 0.5, coarse.landmarks, atol=1e-3)


def test_a_part_of_the_view_is_cut_out() -> None:
    whole = _draw(VIEW)
    part = _draw(View((-0.7, -0.8), 40.0, (80, 72)))
    np.testing.assert_allclose(part.landmarks, whole.landmarks - 40, atol=1e-3)
    off = np.abs(part.image.astype(float) - whole.image[40:120, 40:112])
    assert np.median(off) < 6


def test_pupils_are_dark_and_lips_are_red() -> None:
    for seed in range(6):
        picture = _draw(VIEW, seed)
        points = picture.landmarks
        x, y = points[28].round().astype(int)
        skin = picture.image[y - 1 : y + 2, x - 1 : x + 2].mean(axis=(0, 1))
        x, y = points[36:42].mean(axis=0).round().astype(int)
        assert picture.image[y - 1 : y + 2, x - 1 : x + 2].min() < 0.55 * skin.mean()
        x, y = ((points[57] + points[66]) / 2).round().astype(int)
        lip = picture.image[y - 1 : y + 2, x - 1 : x + 2].mean(axis=(0, 1))
        assert lip[1] / lip[0] < skin[1] / skin[0]

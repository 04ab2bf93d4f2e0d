import numpy as np
import pytest
from matplotlib.path import Path as Outline
from scipy.spatial import ConvexHull

from graphforensics.errors import NoFaceError
from graphforensics.tamper import extend_forehead, hull_mask, soften


def test_a_square_by_hand() -> None:
    points = np.array([[2, 1], [5, 1], [5, 4], [2, 4], [3, 2]], dtype=float)
    mask = hull_mask(points, (6, 8))
    wanted = np.zeros((6, 8), dtype=bool)
    wanted[1:5, 2:6] = True
    np.testing.assert_array_equal(mask, wanted)


def test_against_matplotlib(landmarks) -> None:
    mask = hull_mask(landmarks, (256, 300))
    y, x = np.mgrid[:256, :300]
    outline = Outline(landmarks[ConvexHull(landmarks).vertices])
    inside = outline.contains_points(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(256, 300)
    # Points on the outline may fall on either side.
    assert (mask != inside).sum() < 20
    assert mask.sum() > 5000


def test_a_hull_that_leaves_the_image_is_cut_off(landmarks) -> None:
    whole = hull_mask(landmarks, (256, 300))
    np.testing.assert_array_equal(hull_mask(landmarks, (120, 230)), whole[:120, :230])


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.full((68, 2), 7.0), "on a line or in one place"),
        (np.stack([np.arange(68.0)] * 2, axis=1), "on a line or in one place"),
        (np.random.default_rng(0).uniform(-50, -10, (68, 2)), "outside the image"),
    ],
)
def test_no_face(points, message: str) -> None:
    with pytest.raises(NoFaceError, match=message):
        hull_mask(points, (64, 64))


def test_the_forehead_moves_the_brows_only(landmarks) -> None:
    moved = extend_forehead(landmarks, 1.0)
    others = np.r_[0:17, 27:68]
    np.testing.assert_array_equal(moved[others], landmarks[others].astype(np.float64))
    # The schematic brows are 0.25 of half the width above the eyes, straight up.
    np.testing.assert_allclose(moved[17:27] - landmarks[17:27], [[0, -12.0]] * 10, atol=1e-4)
    np.testing.assert_array_equal(extend_forehead(landmarks, 0.0), landmarks.astype(np.float64))


def test_the_forehead_follows_a_tilted_head(landmarks) -> None:
    quarter = np.array([[0.0, 1.0], [-1.0, 0.0]])
    turned = extend_forehead(landmarks @ quarter, 0.7)
    np.testing.assert_allclose(turned, extend_forehead(landmarks, 0.7) @ quarter, atol=1e-4)


def test_soft_rim_ends_where_it_must() -> None:
    mask = np.zeros((41, 41), dtype=bool)
    mask[10:31, 10:31] = True
    soft = soften(mask, erosion=3.0, blur=4)
    # Eroded to 13..27, then blurred by 4 pixels: exactly zero from 8 downwards.
    assert (soft[:9] == 0).all()
    assert 0 < soft[9, 20] < soft[13, 20] < soft[17, 20] == soft.max() == 1
    np.testing.assert_allclose(soft, soft[::-1, ::-1], atol=1e-6)


def test_erosion_is_a_distance() -> None:
    mask = np.zeros((15, 15), dtype=bool)
    mask[3:12, 3:12] = True
    np.testing.assert_array_equal(np.flatnonzero(soften(mask, 2.0, 0)[7]), np.arange(5, 10))


def test_a_mask_that_would_vanish_keeps_its_size() -> None:
    mask = np.zeros((9, 9), dtype=bool)
    mask[4, 4] = True
    np.testing.assert_array_equal(soften(mask, 5.0, 0), mask.astype(np.float32))

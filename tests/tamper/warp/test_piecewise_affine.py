import numpy as np
import pytest
from skimage.transform import PiecewiseAffineTransform

from graphforensics.tamper.warp import piecewise_affine_map

CORNERS = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])


def test_a_triangle_by_hand() -> None:
    # Written out: x' = 10 + 2 x, y' = 20 + y + x / 2 takes the corners to these three.
    source = [[10, 20], [18, 22], [10, 24]]
    places = piecewise_affine_map(source, CORNERS, [[0, 1, 2]], (5, 5))
    assert places[0, 0].tolist() == [10, 20]
    assert places[1, 2].tolist() == pytest.approx([14, 22])
    assert places[2, 2].tolist() == pytest.approx([14, 23])
    assert places[0, 4].tolist() == pytest.approx([18, 22])
    # Beyond the slanted edge there is no triangle.
    assert np.isnan(places[3, 2]).all()
    assert np.isfinite(places).all(axis=2).sum() == 15


def test_the_corner_moves_the_window() -> None:
    source = [[10, 20], [18, 22], [10, 24]]
    whole = piecewise_affine_map(source, CORNERS, [[0, 1, 2]], (5, 5))
    part = piecewise_affine_map(source, CORNERS, [[0, 1, 2]], (3, 2), corner=(1, 1))
    np.testing.assert_allclose(part, whole[1:4, 1:3])


def test_agrees_with_scikit_image() -> None:
    rng = np.random.default_rng(0)
    grid = np.stack(np.meshgrid([0.0, 20, 39], [0.0, 20, 39]), axis=2).reshape(-1, 2)
    target = grid + np.where((grid > 0) & (grid < 39), rng.normal(0, 3, grid.shape), 0)
    theirs = PiecewiseAffineTransform.from_estimate(target, grid)
    mesh = theirs._tesselation.simplices
    ours = piecewise_affine_map(grid, target, mesh, (40, 40))
    pixels = np.stack(np.meshgrid(np.arange(40), np.arange(40)), axis=2).reshape(-1, 2)
    np.testing.assert_allclose(ours.reshape(-1, 2), theirs(pixels), atol=1e-3)


def test_flat_and_far_triangles_draw_nothing() -> None:
    source = np.zeros((4, 2))
    flat = [[0, 0], [1, 1], [2, 2], [90, 95]]
    places = piecewise_affine_map(source, flat, [[0, 1, 2], [0, 0, 3]], (4, 4))
    assert np.isnan(places).all()


@pytest.mark.parametrize(
    ("source", "triangles", "told"),
    [
        (np.zeros((3, 3)), [[0, 1, 2]], "'source' and 'target'"),
        (np.zeros((2, 2)), [[0, 1, 1]], "'source' and 'target'"),
        (np.zeros((3, 2)), [[0, 1]], "'triangles' must be integers"),
        (np.zeros((3, 2)), [[0.0, 1, 2]], "'triangles' must be integers"),
        (np.zeros((3, 2)), [[0, 1, 3]], "'triangles' must be in"),
    ],
)
def test_bad_input(source: np.ndarray, triangles: list, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        piecewise_affine_map(source, CORNERS, triangles, (4, 4))

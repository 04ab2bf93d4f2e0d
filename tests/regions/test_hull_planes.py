import numpy as np
import pytest
import torch
from scipy.spatial import ConvexHull

from graphforensics.regions.hull_planes import hull_planes


def outside(planes: torch.Tensor, places: np.ndarray) -> np.ndarray:
    return (places @ planes[:, :2].numpy().T - planes[:, 2].numpy()).max(axis=1)


@pytest.mark.parametrize("seed", range(4))
def test_distances_against_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(3, 68, 2)) * [60, 40] + 150
    places = rng.uniform(0, 300, (500, 2))
    planes = hull_planes(torch.from_numpy(points))
    for face in range(3):
        hull = ConvexHull(points[face])
        wanted = (places @ hull.equations[:, :2].T + hull.equations[:, 2]).max(axis=1)
        np.testing.assert_allclose(outside(planes[face], places), wanted, atol=1e-9)


def test_every_point_of_a_ring_is_a_corner() -> None:
    angle = torch.arange(68) * (2 * torch.pi / 68)
    ring = torch.stack([angle.cos(), angle.sin()], dim=1).double()
    planes = hull_planes(ring[None])
    assert planes.shape == (1, 68, 3)
    middle = outside(planes[0], np.zeros((1, 2)))
    np.testing.assert_allclose(middle, -np.cos(np.pi / 68), atol=1e-12)


def test_doubled_points_and_points_on_an_edge_change_nothing() -> None:
    square = torch.tensor([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])
    more = torch.cat([square, square[:2], torch.tensor([[2.0, 0.0], [4.0, 1.0], [2.0, 2.0]])])
    places = np.random.default_rng(0).uniform(-2, 6, (100, 2))
    plain, full = hull_planes(square[None])[0], hull_planes(more[None])[0]
    np.testing.assert_allclose(outside(full, places), outside(plain, places), atol=1e-6)


def test_a_batch_equals_its_parts() -> None:
    points = torch.rand(4, 20, 2)
    places = np.random.default_rng(0).uniform(0, 1, (50, 2))
    together = hull_planes(points)
    for face in range(4):
        alone = hull_planes(points[face : face + 1])[0]
        np.testing.assert_array_equal(outside(together[face], places), outside(alone, places))

import itertools

import numpy as np
import pytest

from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.warp import control_points, face_triangles, surrounding_points

FACE = mean_face(200, 2.0).double().numpy()


def _areas(points: np.ndarray) -> np.ndarray:
    one, two, three = (points[face_triangles()[:, corner]] for corner in range(3))
    first, second = two - one, three - one
    return (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]) / 2


def test_landmarks_come_first() -> None:
    points = control_points(FACE)
    assert points.shape == (102, 2)
    np.testing.assert_array_equal(points[:68], FACE)
    # The forehead lies above the brows.
    assert (points[68:78, 1] < FACE[17:27, 1]).all()


def test_the_ring_lies_around_the_face_and_moves_with_it() -> None:
    ring = surrounding_points(FACE)
    middle = FACE.mean(axis=0)
    reach = np.hypot(*(FACE - middle).T).max()
    assert (np.hypot(*(ring - middle).T) > 1.2 * reach).all()
    turn = np.array([[0.8, -0.3], [0.4, 1.1]])
    np.testing.assert_allclose(surrounding_points(FACE @ turn + 5), ring @ turn + 5, atol=1e-9)


def test_the_mesh_covers_the_ring_once() -> None:
    points = control_points(FACE)
    areas = _areas(points)
    ring = points[78:]
    x, y = ring.T
    enclosed = 0.5 * (x * np.roll(y, -1) - y * np.roll(x, -1)).sum()
    # All triangles turn the same way, but for those between closed lips, which are slivers.
    assert abs(np.abs(areas).sum() - abs(enclosed)) < 0.002 * abs(enclosed)
    assert set(face_triangles().ravel().tolist()) == set(range(102))


@pytest.mark.parametrize(("first", "last"), [(36, 41), (42, 47), (48, 59), (60, 67)])
def test_edges_run_along_eyes_and_lips(first: int, last: int) -> None:
    edges = {
        frozenset((face[one], face[other]))
        for face in face_triangles().tolist()
        for one, other in ((0, 1), (1, 2), (2, 0))
    }
    outline = [*range(first, last + 1), first]
    for one, other in itertools.pairwise(outline):
        assert frozenset((one, other)) in edges

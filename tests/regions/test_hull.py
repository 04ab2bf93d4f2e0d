from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial import ConvexHull
from skimage.draw import polygon
from torch import Tensor

from graphforensics.regions import convex_hull_mask, face_hull, mirror_landmarks
from tests.regions.faces import check_compiles_and_exports, compiled_with_wrong_faces, turned


def oracle(points: np.ndarray, height: int, width: int) -> np.ndarray:
    """The corners from Qhull, filled by scikit-image."""
    corners = points[ConvexHull(points).vertices]
    picture = np.zeros((height, width))
    picture[polygon(corners[:, 1], corners[:, 0], picture.shape)] = 1
    return picture


@pytest.mark.parametrize("count", [3, 4, 10, 68])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_against_qhull(count: int, dtype: torch.dtype):
    # Some points lie outside the picture.
    points = (torch.randn(4, count, 2, dtype=dtype) * 15 + 25).double()
    masks = convex_hull_mask(points.to(dtype), (50, 60))
    assert masks.dtype == dtype
    for cloud, mask in zip(points.numpy(), masks, strict=True):
        np.testing.assert_array_equal(mask.numpy(), oracle(cloud, 50, 60))


def test_of_people(people: Tensor):
    people = people.double()
    for face, mask in zip(people, face_hull(people, 224), strict=True):
        np.testing.assert_array_equal(mask.numpy(), oracle(face.numpy(), 224, 224))


def test_a_border_through_pixel_centres_belongs_to_the_hull():
    square = torch.tensor([[1.0, 1], [4, 1], [4, 3], [1, 3], [2, 2]])
    assert convex_hull_mask(square, (5, 6)).int().tolist() == [
        [0, 0, 0, 0, 0, 0],
        [0, 1, 1, 1, 1, 0],
        [0, 1, 1, 1, 1, 0],
        [0, 1, 1, 1, 1, 0],
        [0, 0, 0, 0, 0, 0],
    ]
    third = torch.tensor([[0.0, 0], [9, 3], [0, 3]])  # steps of a third
    rows = convex_hull_mask(third, (4, 10)).sum(1).tolist()
    assert rows == [1, 4, 7, 10]


def test_hulls_without_area():
    line = torch.tensor([[0.0, 0], [1, 1], [3, 3]])
    assert torch.equal(convex_hull_mask(line, 5), torch.diag(torch.tensor([1.0, 1, 1, 1, 0])))
    point = torch.tensor([[2.0, 1.0]] * 3)
    assert convex_hull_mask(point, 4).nonzero().tolist() == [[1, 2]]
    assert convex_hull_mask(point + 0.3, 4).sum() == 0
    assert convex_hull_mask(point[:1] + 100, 4).sum() == 0


def test_shapes(face: Tensor):
    assert face_hull(face, (30, 40)).shape == (30, 40)
    assert face_hull(face[None][:0], 30).shape == (0, 30, 30)
    assert convex_hull_mask(face[:3].int(), 30).dtype == torch.float32


def test_a_batch_is_its_faces(people: Tensor):
    singles = torch.stack([face_hull(face, 100, 0.5) for face in people[:3]])
    assert torch.equal(face_hull(people[:3], 100, 0.5), singles)


def test_the_order_of_points_does_not_matter(face: Tensor):
    shuffled = face[torch.randperm(68)]
    assert torch.equal(convex_hull_mask(face, 224), convex_hull_mask(shuffled, 224))


def test_the_forehead_is_above_the_brows_of_a_tilted_face(face: Tensor):
    hull = face_hull(face, 224)
    taller = face_hull(face, 224, extend_forehead=1.0)
    assert bool((taller >= hull).all())
    # The highest brow landmarks are at 66, the inner eye corners 38 apart.
    assert hull.any(1).nonzero().min() == 66
    assert taller.any(1).nonzero().min() == 66 - 38
    for degrees in (-30, 20, 90, 180):
        tilted = turned(face, degrees, (112, 112))
        lifted = turned(face - torch.tensor([0.0, 38.0]), degrees, (112, 112))
        wanted = convex_hull_mask(torch.cat([tilted[:17], lifted[17:27], tilted[27:]]), 224)
        assert (face_hull(tilted, 224, 1.0) != wanted).sum() <= 2  # rounding on the outline


def test_mirrored(people: Tensor):
    people = people.double()
    mirrored = face_hull(mirror_landmarks(people, 224), 224, 0.7)
    assert torch.equal(mirrored, face_hull(people, 224, 0.7).flip(-1))


def test_wrong_arguments(face: Tensor):
    with pytest.raises(ValueError, match=r"\[P, 2\] or \[B, P, 2\] \(got \[4, 3\]\)"):
        convex_hull_mask(torch.zeros(4, 3), 8)
    with pytest.raises(ValueError, match=r"got \[0, 2\]"):
        convex_hull_mask(torch.zeros(0, 2), 8)
    with pytest.raises(ValueError, match=r"\[68, 2\] .* \(got \[67, 2\]\)"):
        face_hull(face[:67], 224)
    with pytest.raises(ValueError, match="'extend_forehead'"):
        face_hull(face, 224, extend_forehead=-1)
    with pytest.raises(ValueError, match="'size'"):
        face_hull(face, (0, 5))
    with pytest.raises(ValueError, match="'points' must be finite"):
        convex_hull_mask(torch.tensor([[0.0, torch.inf]]), 8)
    with pytest.raises(ValueError, match="eyes apart"):
        face_hull(torch.ones(68, 2), 224, extend_forehead=1)


def test_compiled_and_exported(face: Tensor):
    check_compiles_and_exports(
        lambda x: face_hull(x, 28, 0.5), torch.stack([face, face + 3]).float() / 8
    )


def test_compiled_a_degenerate_face_gives_nan(face: Tensor):
    good, broken, point = compiled_with_wrong_faces(lambda x: face_hull(x, 224, 0.5), face)
    assert good.sum() > 10_000
    assert bool(broken.isnan().all())
    assert bool(point.isnan().all())

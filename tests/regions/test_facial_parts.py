from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial import ConvexHull
from skimage.draw import polygon
from torch import Tensor

from graphforensics.regions import FACIAL_PARTS, facial_parts
from tests.regions.faces import check_compiles_and_exports, compiled_with_wrong_faces

PARTITIONS = ["algorithm1", "bands", "landmark_hulls"]


def patch_of(point: np.ndarray, patch: int = 16, grid: int = 14) -> tuple[int, int]:
    """Row and column of the patch with the pixel nearest to the point."""
    column, row = (min(max(round(float(p)) // patch, 0), grid - 1) for p in point)
    return row, column


def by_the_letter(face: np.ndarray) -> list[set[int]]:
    """Algorithm 1, whose landmarks are counted from 1, as a walk over the patches."""
    ends = [row * 14 + column for row, column in (patch_of(face[n - 1]) for n in (17, 16))]
    parts: list[set[int]] = [set(), set(), set()]
    part = 0
    for patch in range(14 * 14):
        while part < 2 and patch > ends[part]:
            part += 1
        parts[part].add(patch)
    return parts


def numbers(parts: Tensor) -> list[set[int]]:
    return [set(part.nonzero().flatten().tolist()) for part in parts]


def test_names():
    assert FACIAL_PARTS == ("eyes", "cheeks_and_nose", "lips")


def test_algorithm1_to_the_letter(people: Tensor):
    for face, parts in zip(people, facial_parts(people, 224), strict=True):
        assert numbers(parts) == by_the_letter(face.numpy())
        # The paper's middle part: what lies between two neighbours on the jaw line.
        assert 14 <= parts[1].sum() <= 3 * 14


def test_algorithm1_by_hand():
    face = torch.zeros(68, 2)
    face[16], face[15] = torch.tensor([60.0, 20.0]), torch.tensor([10.0, 50.0])
    parts = facial_parts(face, 64, grid=4)  # patches of 16: rows 1 and 3, columns 3 and 0
    assert numbers(parts) == [set(range(8)), set(range(8, 13)), {13, 14, 15}]


def test_a_patch_ends_half_a_pixel_behind_its_last_pixel():
    face = torch.zeros(68, 2)
    for x, wanted in ((15.49, 0), (15.51, 1)):
        face[16, 0] = x
        assert facial_parts(face, 64, grid=4)[0].sum() == wanted + 1


@pytest.mark.parametrize("partition", ["algorithm1", "bands"])
def test_every_patch_belongs_to_one_part(people: Tensor, partition: str):
    wild = torch.cat([people, torch.randn(20, 68, 2) * 300 + 112])
    parts = facial_parts(wild, (224, 160), (14, 10), partition)
    assert parts.shape == (len(wild), 3, 140)
    assert bool((parts.sum(1) == 1).all())


@pytest.mark.parametrize("partition", ["algorithm1", "bands"])
def test_parts_follow_each_other(people: Tensor, partition: str):
    for parts in facial_parts(people, 224, 14, partition):
        order = torch.cat([part.nonzero().flatten() for part in parts])
        assert order.tolist() == list(range(196))


def test_a_reversed_jaw_leaves_the_middle_empty():
    face = torch.zeros(68, 2)
    face[16, 1], face[15, 1] = 50.0, 20.0
    eyes, middle, lips = facial_parts(face, 64, grid=4).sum(1).tolist()
    assert (eyes, middle, lips) == (13, 0, 3)


def test_landmarks_outside_count_in_the_nearest_patch(people: Tensor):
    face = people[0].clone()
    face[16] = torch.tensor([300.0, 90.0])
    face[15] = torch.tensor([223.0, 500.0])
    assert numbers(facial_parts(face, 224)) == [set(range(84)), set(range(84, 196)), set()]


def test_bands_by_hand(face: Tensor):
    parts = facial_parts(face, 224, 14, "bands").view(3, 14, 14)
    # Lids down to y = 94: row 5. Nostrils down to 139: row 8.
    assert parts[:, :, 0].sum(1).tolist() == [6, 3, 5]
    assert bool((parts == parts[:, :, :1]).all())


@pytest.mark.parametrize("partition", ["bands", "landmark_hulls"])
def test_parts_hold_their_landmarks(people: Tensor, partition: str):
    groups = (range(36, 48), (27, 28, 29, 30) * (partition != "bands") + (31, 33, 35))
    parts = facial_parts(people, 224, 14, partition).view(-1, 3, 14, 14)
    for face, (eyes, nose, lips) in zip(people, parts, strict=True):
        inside = face.mean(0)
        for part, group in zip((eyes, nose), groups, strict=True):
            for landmark in group:
                # A step inwards: a landmark on the outline may be nearest to a pixel outside.
                point = face[landmark] + 0.02 * (face[list(group)].mean(0) - face[landmark])
                assert part[patch_of(point)], landmark
        assert lips[patch_of(face[[51, 57]].mean(0))]
        assert not eyes[patch_of(face[57])]
        assert not lips[patch_of(inside - torch.tensor([0.0, 40.0]))]


def test_landmark_hulls_pixel_by_pixel(people: Tensor):
    groups = (
        [*range(17, 27), *range(36, 48)],
        [1, 2, 3, 13, 14, 15, *range(27, 36), 40, 41, 46, 47],
        list(range(48, 60)),
    )
    for face, parts in zip(
        people[:6], facial_parts(people[:6], 224, 14, PARTITIONS[2]), strict=True
    ):
        for group, part in zip(groups, parts, strict=True):
            cloud = face[group].double().numpy()
            corners = cloud[ConvexHull(cloud).vertices]
            rows, columns = polygon(corners[:, 1], corners[:, 0], (224, 224))
            assert numbers(part[None]) == [set((rows // 16 * 14 + columns // 16).tolist())]


@pytest.mark.parametrize("partition", PARTITIONS)
def test_a_batch_is_its_faces(people: Tensor, partition: str):
    singles = torch.stack([facial_parts(face, 224, 14, partition) for face in people[:3]])
    assert torch.equal(facial_parts(people[:3], 224, 14, partition), singles)
    assert singles.dtype == torch.bool


def test_wrong_arguments(face: Tensor):
    with pytest.raises(ValueError, match=r"'landmarks' must be .* \(got \[5, 2\]\)"):
        facial_parts(face[:5], 224)
    with pytest.raises(ValueError, match="'partition' must be 'algorithm1'"):
        facial_parts(face, 224, 14, "thirds")
    with pytest.raises(ValueError, match="'grid' must be a positive"):
        facial_parts(face, 224, 0)
    with pytest.raises(ValueError, match=r"'grid' must divide 'size' \[224, 224\]"):
        facial_parts(face, 224, 15, "landmark_hulls")
    with pytest.raises(ValueError, match="finite"):
        facial_parts(face * torch.nan, 224)


@pytest.mark.parametrize("partition", PARTITIONS)
def test_compiled_and_exported(face: Tensor, partition: str):
    batch = torch.stack([face, face + 3]) / 4
    check_compiles_and_exports(lambda x: facial_parts(x, 56, 7, partition), batch)


def test_compiled_a_broken_face_has_no_patch(face: Tensor):
    good, broken, _ = compiled_with_wrong_faces(lambda x: facial_parts(x, 224), face)
    assert good.sum() == 196
    assert broken.sum() == 0

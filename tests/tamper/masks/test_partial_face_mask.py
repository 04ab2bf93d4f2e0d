import numpy as np
import pytest
import torch

from graphforensics.regions import ACTION_UNITS, action_unit_masks
from graphforensics.tamper import PartialFaceMask, hull_mask, partial_face_mask

SIZE = (260, 300)


@pytest.fixture
def faces(landmarks) -> torch.Tensor:
    face = (torch.from_numpy(landmarks) - torch.tensor([222.0, 115.0])) * 2
    return torch.stack([face + torch.tensor([140.0 + k, 110.0]) for k in range(8)])


def test_hull_without_random_regions(faces) -> None:
    masked = PartialFaceMask(SIZE)(faces, torch.arange(8))
    assert masked.mask.shape == (8, 1, *SIZE)
    assert masked.valid.all()
    assert masked.removed.any(1).all()
    assert len({tuple(row) for row in masked.removed.tolist()}) == 8
    plain = PartialFaceMask(SIZE, partial=False)(faces)
    assert not plain.removed.any()
    units = action_unit_masks(faces, SIZE) > 0.5
    for row in range(8):
        mask, whole = masked.mask[row, 0], plain.mask[row, 0]
        assert not mask[units[row, masked.removed[row]].any(0)].any()
        assert not whole[~torch.from_numpy(hull_mask(faces[row].numpy(), SIZE))].any()
        assert (mask <= whole + 0.05).all() or mask.max() == 1
        assert mask.max() == whole.max() == 1
        assert 0.02 < mask.sum() / whole.sum() < 1


def test_where_nothing_is_near_a_region_the_mask_is_the_hulls(faces) -> None:
    removed = torch.zeros(8, 15, dtype=torch.bool)
    removed[:, ACTION_UNITS.index("AU17")] = True
    cut = partial_face_mask(faces, SIZE, removed).mask
    whole = partial_face_mask(faces, SIZE).mask
    assert cut[..., :150, :].equal(whole[..., :150, :])
    assert (cut < whole).any()


def test_seeds_generators_and_the_function(faces) -> None:
    layer = PartialFaceMask(SIZE)
    first = layer(faces, torch.arange(8))
    assert layer(faces, torch.arange(8)).mask.equal(first.mask)
    assert layer(faces[3:5], torch.arange(3, 5)).mask.equal(first.mask[3:5])
    assert partial_face_mask(faces, SIZE, first.removed).mask.equal(first.mask)
    made = [layer(faces, generator=torch.Generator().manual_seed(2)).removed for _ in range(2)]
    assert made[0].equal(made[1])
    with pytest.raises(ValueError, match="at most one of 'seeds' and 'generator'"):
        layer(faces, torch.arange(8), torch.Generator())


def test_no_face_gives_nothing(faces) -> None:
    spoilt = faces.clone()
    spoilt[0, 3] = torch.nan
    spoilt[1] = 0.0
    spoilt[2] -= 1000
    masked = PartialFaceMask(SIZE)(spoilt, torch.arange(8))
    assert masked.valid.tolist() == [False] * 3 + [True] * 5
    assert not masked.mask[:3].any()
    assert not masked.removed[:3].any()
    assert not masked.mask.isnan().any()


def test_all_units_removed_leaves_little_or_says_so(faces) -> None:
    every = torch.ones(8, 15, dtype=torch.bool)
    masked = partial_face_mask(faces, SIZE, every, blur=0.3)
    left = masked.mask.flatten(1).any(1)
    assert masked.valid.equal(left)


def test_forehead_and_sizes(faces) -> None:
    plain = partial_face_mask(faces, SIZE).mask
    higher = partial_face_mask(faces, SIZE, forehead=1.0).mask
    rows = [np.flatnonzero(mask[0, 0].any(1).numpy())[0] for mask in (plain, higher)]
    assert rows[1] < rows[0] - 10
    assert PartialFaceMask(224)(faces, torch.arange(8)).mask.shape == (8, 1, 224, 224)
    one = PartialFaceMask(224)(faces[:1], torch.arange(1))
    assert one.mask.shape == (1, 1, 224, 224)
    assert repr(PartialFaceMask(224)) == "PartialFaceMask((224, 224), partial=True)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"landmarks": torch.rand(68, 2)}, r"\[B, 68, 2\] .got \[68, 2\]"),
        ({"landmarks": torch.rand(2, 5, 2)}, r"got \[2, 5, 2\]"),
        ({"size": 0}, "'size' must be a positive"),
        ({"blur": -0.1}, "'blur' must not be negative"),
        ({"erosion": float("nan")}, "'erosion' must not be negative"),
        (
            {"removed": torch.zeros(8, 3, dtype=torch.bool)},
            r"bool \[8, 15\] .got torch.bool \[8, 3\]",
        ),
        ({"removed": torch.zeros(8, 15)}, "got torch.float32"),
    ],
)
def test_wrong_arguments(faces, arguments, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        partial_face_mask(**{"landmarks": faces, "size": SIZE, **arguments})

from __future__ import annotations

import math

import pytest
import torch

from graphforensics.nn import FacialPartMask, facial_part_mask
from graphforensics.regions import facial_parts
from tests.nn.properties import check_compile_and_export, check_onnx, refused


def layouts(faces: int = 24) -> torch.Tensor:
    """Landmarks anywhere in the picture, as no detector would give them."""
    return torch.rand(faces, 68, 2) * 224


def half_up(ratio: float, patches: int) -> int:
    return math.floor(ratio * patches + 0.5)


@pytest.mark.parametrize("partition", ["algorithm1", "bands", "landmark_hulls"])
@pytest.mark.parametrize("ratio", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_exact_share_for_any_layout(partition, ratio):
    parts = facial_parts(layouts(), 224, 14, partition)
    output = facial_part_mask(parts, ratio)
    for face in range(len(parts)):
        chosen = parts[face, output.part[face]]
        assert not (output.mask[face] & ~chosen).any()
        assert output.mask[face].sum().item() == half_up(ratio, int(chosen.sum()))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_one_named_part(number):
    parts = facial_parts(layouts(), 224, 14)
    name = ("eyes", "cheeks_and_nose", "lips")[number]
    output = FacialPartMask(strategy=name)(parts)
    assert (output.part == number).all()
    wanted = [half_up(0.5, count) for count in parts[:, number].sum(1).tolist()]
    assert output.mask.sum(1).tolist() == wanted


def test_random_patches_ignore_the_parts():
    parts = facial_parts(layouts(), 224, 14)
    output = FacialPartMask(0.75, "random_patches")(parts)
    assert output.mask.sum(1).tolist() == [147] * 24
    assert (output.part == -1).all()
    assert (output.mask & parts[:, 0]).any()
    assert (output.mask & parts[:, 2]).any()


def test_parts_and_patches_are_chosen_with_equal_chance():
    parts = torch.zeros(9000, 3, 12, dtype=torch.bool)
    parts[:, 0, :2], parts[:, 1, 2:6], parts[:, 2, 6:] = True, True, True
    output = FacialPartMask()(parts)
    counts = output.part.bincount(minlength=3) / 9000
    torch.testing.assert_close(counts, torch.full((3,), 1 / 3), atol=0.02, rtol=0)
    torch.testing.assert_close(
        output.mask.float().mean(0), torch.full((12,), 1 / 6), atol=0.02, rtol=0
    )


def test_an_empty_part_is_never_chosen_at_random():
    parts = torch.zeros(200, 3, 6, dtype=torch.bool)
    parts[:, 0, :3], parts[:, 2, 3:] = True, True
    output = FacialPartMask()(parts)
    assert set(output.part.tolist()) == {0, 2}
    assert not FacialPartMask(strategy="cheeks_and_nose")(parts).mask.any()
    nothing = FacialPartMask()(torch.zeros(2, 3, 6, dtype=torch.bool))
    assert nothing.visible.tolist() == [6, 6]


def test_order_lists_the_visible_first():
    parts = facial_parts(layouts(), 224, 14)
    output = FacialPartMask()(parts)
    for face in range(24):
        visible = int(output.visible[face])
        shown, hidden = output.order[face, :visible], output.order[face, visible:]
        assert shown.tolist() == (~output.mask[face]).nonzero().flatten().tolist()
        assert hidden.tolist() == output.mask[face].nonzero().flatten().tolist()


def test_one_patch():
    parts = torch.ones(1, 1, 1, dtype=torch.bool)
    assert facial_part_mask(parts, 0.5).mask.item()
    assert not facial_part_mask(parts, 0.49).mask.item()


def test_seed_and_evaluation():
    layer, parts = FacialPartMask(), facial_parts(layouts(), 224, 14)
    first = layer(parts, torch.Generator().manual_seed(1))
    again = layer.eval()(parts, torch.Generator().manual_seed(1))
    other = layer(parts, torch.Generator().manual_seed(2))
    assert torch.equal(first.mask, again.mask)
    assert not torch.equal(first.mask, other.mask)


def test_layer_properties():
    layer = FacialPartMask()
    assert repr(layer) == "FacialPartMask(ratio=0.5, strategy='random_part')"
    parts = facial_parts(layouts(3), 224, 14)
    check_compile_and_export(layer, parts)
    check_compile_and_export(FacialPartMask(strategy="random_patches"), parts)


def test_onnx_hides_all_of_a_part():
    check_onnx(FacialPartMask(1.0, "lips"), facial_parts(layouts(3), 224, 14))


def test_wrong_arguments():
    parts = torch.ones(1, 3, 4, dtype=torch.bool)
    assert "ratio" in refused(FacialPartMask, ratio=-0.1)
    assert "'nose'" in refused(FacialPartMask, strategy="nose")
    assert "[B, P, L] (got [3, 4])" in refused(facial_part_mask, parts[0])
    assert "[B, 3, L] (got [1, 2, 4])" in refused(facial_part_mask, parts[:, :2], 0.5, "lips")
    assert "torch.float32" in refused(facial_part_mask, parts.float())

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from graphforensics.regions import ACTION_UNITS, action_unit_masks
from graphforensics.tamper import RecipeBatch, SelfBlendRecipe, hull_mask, self_blend
from graphforensics.tamper.masks.soft_mask import soft_masks

SIZE = (260, 300)


@pytest.fixture
def face(landmarks) -> torch.Tensor:
    """The schematic face, 190 pixels wide."""
    return (torch.from_numpy(landmarks) - torch.tensor([222.0, 115.0])) * 2 + torch.tensor(
        [140.0, 110.0]
    )


def drawn(face: torch.Tensor, *recipes: SelfBlendRecipe) -> np.ndarray:
    masks = soft_masks(face.expand(len(recipes), -1, -1), SIZE, RecipeBatch.from_recipes(recipes))
    return masks.numpy() / 255


def test_blurred_hull_against_scipy(face) -> None:
    recipe = SelfBlendRecipe(erosion=0.0, blur=0.06)
    radius = round(0.06 * 1.3 * float(np.ptp(face.numpy(), axis=0).max()))
    # Drawn four times as fine, so that the reference has no steps of its own.
    fine = hull_mask((face.numpy() + 0.5) * 4 - 0.5, (SIZE[0] * 4, SIZE[1] * 4)).astype(np.float64)
    blurred = gaussian_filter(fine, sigma=2 * radius, radius=4 * radius)
    wanted = blurred.reshape(SIZE[0], 4, SIZE[1], 4).mean(axis=(1, 3))
    mask = drawn(face, recipe)[0]
    assert np.abs(mask - wanted).max() < 0.03
    assert np.abs(mask - wanted).mean() < 0.002


def test_rim_is_a_cut_off_normal_distribution(face) -> None:
    """Across a straight edge, here the brows', the blur is known in closed form."""
    flat = face.clone()
    flat[17:27, 1] = 60.0
    recipe = SelfBlendRecipe(erosion=0.0, blur=0.08)
    radius = round(0.08 * 1.3 * float(np.ptp(flat.numpy(), axis=0).max()))
    column = drawn(flat, recipe)[0][:, 140]
    for row in range(60 - radius, 60 + radius + 1, 3):
        share = 0.5 * (1 + math.erf((row - 60) / (radius / 2) / math.sqrt(2)))
        tail = 0.5 * math.erfc(math.sqrt(2))
        assert column[row] == pytest.approx((share - tail) / (1 - 2 * tail), abs=0.01)
    assert not column[: 60 - radius - 1].any()


@pytest.mark.parametrize("seed", range(6))
def test_like_the_mask_of_one_picture(face, seed: int) -> None:
    """Which is drawn from pixels by SciPy: hull, distance transform, Gaussian."""
    partial = seed % 2 == 1
    recipe = RecipeBatch.draw(torch.tensor([seed]), partial=partial).recipes()[0]
    image = np.zeros((*SIZE, 3), dtype=np.uint8)
    wanted = self_blend(image, face.numpy(), recipe=recipe).mask / 255
    mask = drawn(face, recipe)[0]
    assert np.abs(mask - wanted).mean() < 0.005
    # Rims lie within a pixel or two of each other.
    assert np.quantile(np.abs(mask - wanted), 0.98) < 0.08
    assert np.corrcoef(mask.ravel(), wanted.ravel())[0, 1] > 0.99


def test_removed_regions_and_background_are_exactly_zero(face) -> None:
    recipes = RecipeBatch.draw(torch.arange(24), partial=True).recipes()
    masks = drawn(face, *recipes)
    units = action_unit_masks(face, SIZE).numpy() > 0.5
    for mask, recipe in zip(masks, recipes, strict=True):
        out = units[[ACTION_UNITS.index(name) for name in recipe.removed]].any(axis=0)
        assert not mask[out].any()
        assert mask.max() == 1
    still = SelfBlendRecipe(erosion=0.03, blur=0.03)
    hull = hull_mask(face.numpy(), SIZE)
    assert not drawn(face, still)[0][~hull].any()


def test_a_mask_moves_with_its_source(face) -> None:
    still = SelfBlendRecipe(erosion=0.0, blur=0.02)
    side = 1.3 * float(np.ptp(face.numpy(), axis=0).max())
    first, moved, grown = drawn(
        face, still, replace(still, shift=(10 / side, -6 / side)), replace(still, scale=0.05)
    )
    np.testing.assert_allclose(moved[:-6, 10:], first[6:, :-10], atol=0.03)
    assert grown.sum() / first.sum() == pytest.approx(1.05**2, abs=0.01)


def test_bending_leaves_the_middle(face) -> None:
    still = SelfBlendRecipe(erosion=0.0, blur=0.01)
    first, bent = drawn(face, still, replace(still, elastic=0.008, elastic_seed=3))
    assert 0.002 < np.abs(bent - first).mean() < 0.05
    middle = face.numpy()[30].round().astype(int)
    assert bent[middle[1], middle[0]] == 1


def test_a_mask_in_any_company(face) -> None:
    recipe = RecipeBatch.draw(torch.arange(7), partial=True)
    faces = face + 5 * torch.rand(7, 68, 2)
    together = soft_masks(faces, SIZE, recipe)
    for row in range(7):
        alone = soft_masks(faces[row : row + 1], SIZE, recipe[row : row + 1])
        assert alone[0].equal(together[row])


def test_a_face_beyond_the_picture_leaves_nothing(face) -> None:
    assert not soft_masks(face[None] + 1000, SIZE, RecipeBatch.draw(torch.tensor([0]))).any()

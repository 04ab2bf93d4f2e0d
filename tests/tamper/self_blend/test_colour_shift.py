import numpy as np
import pytest
import torch
from skimage.color import hsv2rgb, rgb2hsv

from graphforensics.tamper import RecipeBatch, SelfBlendRecipe, change_colour
from graphforensics.tamper.self_blend.colour_shift import shift_colours, turn_hue


def pictures(photograph) -> torch.Tensor:
    """The astronaut; noise; greys and pure colours, where hues change course."""
    corners = torch.tensor(
        [[r, g, b] for r in (0, 128, 255) for g in (0, 128, 255) for b in (0, 128, 255)]
    )
    flat = corners.T.reshape(3, 27, 1).repeat(1, 3, 64)[:, :64]
    noise = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (3, 64, 64)))
    face = torch.from_numpy(photograph[80:144, 190:254]).permute(2, 0, 1)
    return torch.stack([face, noise, flat]).float()


@pytest.mark.parametrize("turn", [-0.5, -0.17, -0.012, 0.0, 0.012, 0.1, 0.34, 0.9])
def test_hue_against_scikit_image(photograph, turn: float) -> None:
    given = pictures(photograph).double() / 255
    hsv = rgb2hsv(given.numpy(), channel_axis=1)
    hsv[:, 0] = (hsv[:, 0] + turn) % 1
    wanted = hsv2rgb(hsv, channel_axis=1)
    turned = turn_hue(given.clone(), torch.full((3,), turn, dtype=torch.float64))
    np.testing.assert_allclose(turned.numpy(), wanted, atol=1e-9)


def test_whole_change_against_float64_numpy(photograph) -> None:
    recipe = SelfBlendRecipe(
        rgb_shift=(9.0, -11.0, 5.0),
        hue=0.01,
        saturation=0.2,
        value=-0.06,
        brightness=0.05,
        contrast=0.1,
    )
    x = pictures(photograph).double().numpy() / 255
    x = np.clip(x + np.array([9, -11, 5]).reshape(3, 1, 1) / 255, 0, 1)
    hsv = rgb2hsv(x, channel_axis=1)
    hsv[:, 0] = (hsv[:, 0] + 0.01) % 1
    x = hsv2rgb(hsv, channel_axis=1)
    grey = np.tensordot([0.2989, 0.587, 0.114], x, axes=([0], [1]))[:, None]
    x = np.clip(grey + 1.2 * (x - grey), 0, 1)
    x = np.clip(0.94 * x, 0, 1)
    wanted = np.clip(1.1 * (x - 0.5) + 0.5 + 0.05, 0, 1)
    batch = RecipeBatch.from_recipes([recipe] * 3)
    changed = shift_colours(pictures(photograph), batch, 255.0)
    np.testing.assert_allclose(changed.numpy() / 255, wanted, atol=2e-6)


@pytest.mark.parametrize("strong", [1, 12])
def test_each_picture_by_its_own_recipe(photograph, strong: int) -> None:
    """As the function for one picture does, which stands on torchvision; also beyond the limits."""
    drawn = RecipeBatch.draw(torch.arange(30, 33))
    numbers = ("hue", "saturation", "value", "brightness", "contrast")
    recipes = [
        SelfBlendRecipe.from_dict(
            recipe.to_dict()
            | {name: max(-0.9, strong * getattr(recipe, name)) for name in numbers}
            | {"hue": recipe.hue * min(strong, 9)}
        )
        for recipe in drawn.recipes()
    ]
    given = pictures(photograph) / 255
    together = shift_colours(given.clone(), RecipeBatch.from_recipes(recipes))
    for one, picture, recipe in zip(together, given, recipes, strict=True):
        torch.testing.assert_close(one, change_colour(picture, recipe), atol=2e-5, rtol=0)


def test_leaves_what_it_was_given(photograph) -> None:
    given = pictures(photograph)
    shifted = shift_colours(given, RecipeBatch.draw(torch.arange(3)), 255.0)
    assert given.equal(pictures(photograph))
    assert 0 <= shifted.min() < shifted.max() <= 255

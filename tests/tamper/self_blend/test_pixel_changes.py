import colorsys

import numpy as np
import pytest
import torch

from graphforensics.tamper import SelfBlendRecipe, change_colour, change_detail


def colours(count: int = 40) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).uniform(0.2, 0.7, (3, count, 1))).float()


def by_pixel(pixels: torch.Tensor, change) -> torch.Tensor:
    rows = [change(*pixel) for pixel in pixels[:, :, 0].T.tolist()]
    return torch.tensor(rows).T[:, :, None].float()


def test_nothing_asked_nothing_done() -> None:
    assert torch.allclose(change_colour(colours(), SelfBlendRecipe()), colours(), atol=1e-6)


def test_rgb_shift() -> None:
    changed = change_colour(colours(), SelfBlendRecipe(rgb_shift=(10.0, -5.0, 0.0)))
    wanted = colours() + torch.tensor([10.0, -5.0, 0.0])[:, None, None] / 255
    assert torch.allclose(changed, wanted, atol=1e-6)


def test_hue_against_colorsys() -> None:
    def turn(r: float, g: float, b: float) -> tuple[float, float, float]:
        h, s, v = colorsys.rgb_to_hsv(r, g, b)
        return colorsys.hsv_to_rgb((h + 0.1) % 1, s, v)

    changed = change_colour(colours(), SelfBlendRecipe(hue=0.1))
    assert torch.allclose(changed, by_pixel(colours(), turn), atol=1e-5)


def test_value_against_colorsys() -> None:
    def brighter(r: float, g: float, b: float) -> tuple[float, float, float]:
        h, s, v = colorsys.rgb_to_hsv(r, g, b)
        return colorsys.hsv_to_rgb(h, s, v * 1.1)

    changed = change_colour(colours(), SelfBlendRecipe(value=0.1))
    assert torch.allclose(changed, by_pixel(colours(), brighter), atol=1e-5)


@pytest.mark.parametrize("amount", [-0.3, 0.3])
def test_saturation_moves_colours_from_or_to_grey(amount: float) -> None:
    changed = change_colour(colours(), SelfBlendRecipe(saturation=amount))
    spread = colours().amax(0) - colours().amin(0)
    assert torch.allclose(changed.amax(0) - changed.amin(0), (1 + amount) * spread, atol=1e-5)


def test_contrast_turns_about_middle_grey_and_brightness_adds() -> None:
    changed = change_colour(
        torch.tensor([0.5, 0.4, 0.7]).view(3, 1, 1), SelfBlendRecipe(contrast=0.2)
    )
    assert changed.flatten().tolist() == pytest.approx([0.5, 0.38, 0.74])
    lighter = change_colour(colours(), SelfBlendRecipe(brightness=0.05))
    assert torch.allclose(lighter, colours() + 0.05, atol=1e-6)


def test_colours_stay_in_range() -> None:
    strong = SelfBlendRecipe(rgb_shift=(90.0, -90.0, 0.0), brightness=0.3, contrast=0.5)
    changed = change_colour(torch.rand(3, 8, 8), strong)
    assert changed.amin() >= 0
    assert changed.amax() <= 1


def test_downscale_takes_fine_detail_and_leaves_coarse() -> None:
    x = torch.arange(64) / 64
    fine = (0.5 + 0.4 * torch.sin(2 * torch.pi * 28 * x)).expand(3, 64, 64)
    coarse = (0.5 + 0.4 * torch.sin(2 * torch.pi * 2 * x)).expand(3, 64, 64)
    recipe = SelfBlendRecipe(detail="downscale", strength=4.0)
    assert change_detail(fine, recipe).std() < 0.05 * fine.std()
    assert change_detail(coarse, recipe).std() > 0.9 * coarse.std()


def test_sharpen_raises_an_edge_and_leaves_flat_areas() -> None:
    edge = torch.full((3, 16, 16), 0.4)
    edge[:, :, 8:] = 0.6
    changed = change_detail(edge, SelfBlendRecipe(detail="sharpen", strength=3.0))
    assert changed[0, 8, 8] > 0.65
    assert changed[0, 8, 7] < 0.35
    assert torch.allclose(changed[:, :, :6], edge[:, :, :6], atol=1e-6)


def test_strength_one_changes_nothing() -> None:
    pixels = torch.rand(3, 17, 23)
    for detail in ("downscale", "sharpen"):
        same = change_detail(pixels, SelfBlendRecipe(detail=detail, strength=1.0))
        assert torch.allclose(same, pixels, atol=1e-6)

"""Changes of colour and detail that tell a pasted face from its surroundings."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate
from torchvision.transforms.v2 import functional as transforms

from graphforensics.tamper.recipe.self_blend_recipe import SelfBlendRecipe
from graphforensics.tamper.self_blend.detail_change import reduce, sharpen


def change_colour(pixels: Tensor, recipe: SelfBlendRecipe) -> Tensor:
    """Shift colours as ``recipe`` says.

    Args:
        pixels: RGB in [0, 1], ``[..., 3, H, W]``.
        recipe: Its ``rgb_shift``, ``hue``, ``saturation``, ``value``, ``brightness``, ``contrast``.

    Returns:
        New pixels in [0, 1] of the same shape.
    """
    shift = torch.tensor(recipe.rgb_shift, dtype=pixels.dtype, device=pixels.device)
    changed = (pixels + shift.view(3, 1, 1) / 255).clamp(0, 1)
    if recipe.hue:
        changed = transforms.adjust_hue(changed, recipe.hue)
    changed = transforms.adjust_saturation(changed, 1 + recipe.saturation)
    # Scaling red, green and blue alike is scaling the value of HSV.
    changed = (changed * (1 + recipe.value)).clamp(0, 1)
    stretched: Tensor = (changed - 0.5) * (1 + recipe.contrast) + 0.5 + recipe.brightness
    return stretched.clamp(0, 1)


def change_detail(pixels: Tensor, recipe: SelfBlendRecipe) -> Tensor:
    """Take detail away or exaggerate it as ``recipe`` says.

    Args:
        pixels: RGB in [0, 1], ``[3, H, W]``.
        recipe: Its ``detail``, ``strength`` and ``gain``.

    Returns:
        New pixels in [0, 1] of the same shape.
    """
    if recipe.detail == "sharpen" and recipe.gain != 1:
        strength, gain = (torch.tensor([one]) for one in (recipe.strength, recipe.gain))
        return sharpen(pixels[None].clone(), strength, gain=gain)[0]
    if recipe.detail == "nearest":
        return reduce(pixels[None].clone(), [recipe.strength], nearest=True)[0].clamp(0, 1)
    if recipe.detail == "sharpen":
        sharper: Tensor = transforms.adjust_sharpness(pixels, recipe.strength)
        return sharper
    size = pixels.shape[-2:]
    small = [max(1, round(length / recipe.strength)) for length in size]
    reduced = interpolate(pixels[None], size=small, mode="bilinear", antialias=True)
    return interpolate(reduced, size=size, mode="bilinear")[0].clamp(0, 1)

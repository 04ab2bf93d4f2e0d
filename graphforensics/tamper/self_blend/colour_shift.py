"""Changes of colour, of a whole batch at once."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.tamper.recipe.recipe_batch import RecipeBatch

#: What red, green and blue contribute to grey (ITU-R BT.601).
_GREY = (0.2989, 0.587, 0.114)


def shift_colours(pixels: Tensor, recipe: RecipeBatch, top: float = 1.0) -> Tensor:
    r"""Shift colours, as :func:`change_colour` does with one recipe.

    .. math:: x_1 &= [x + \Delta_{rgb} / 255]_0^1, \qquad
        x_2 = \mathrm{HSV}^{-1}(h + \Delta_h, s, v), \\
        x_3 &= [g + (1 + \Delta_s) (x_2 - g)]_0^1, \qquad g = \mathrm{grey}(x_2), \\
        x_4 &= [(1 + \Delta_v) x_3]_0^1, \qquad
        x_5 = [(1 + \Delta_c) (x_4 - \tfrac12) + \tfrac12 + \Delta_b]_0^1

    Args:
        pixels: RGB from 0 to ``top``.
        recipe: B recipes; ``rgb_shift``, ``hue``, ``saturation``, ``value``, ``brightness``,
            ``contrast``.
        top: What is 1 in the equation. Default: 1.

    Shapes:
        ``pixels [B, 3, H, W]``, floating; the output is a new tensor like it.
    """
    pixels = (pixels + recipe.rgb_shift[..., None, None] * (top / 255)).clamp_(0, top)
    turn_hue(pixels, recipe.hue)
    kept, lighter, slope = (
        (1 + number).view(-1, 1, 1, 1)
        for number in (recipe.saturation, recipe.value, recipe.contrast)
    )
    offset = top * (recipe.brightness.view(-1, 1, 1, 1) + 0.5 - 0.5 * slope)
    # What follows grows with x: the limits of the steps are limits of the last one.
    lowest = offset.clamp(0, top)
    highest = (top * slope * lighter.clamp_max(1) + offset).clamp(0, top)
    gain = lighter * slope
    red, green, blue = pixels.unbind(1)
    grey = (_GREY[0] * red).add_(green, alpha=_GREY[1]).add_(blue, alpha=_GREY[2])
    grey.mul_((gain * (1 - kept))[:, 0]).add_(offset[:, 0])
    torch.addcmul(grey.unsqueeze(1), pixels, gain * kept, out=pixels)
    # Not clamp, which is slow where limits are tensors.
    torch.maximum(pixels, lowest, out=pixels)
    return torch.minimum(pixels, highest, out=pixels)


def turn_hue(pixels: Tensor, turn: Tensor) -> Tensor:
    r"""Turn hues in place; value and saturation stay.

    .. math:: x_c = m + (M - m)\, T_c(h + 6 \Delta_h), \qquad
        T_r = [|h - 3| - 1]_0^1, \quad T_g = [2 - |h - 2|]_0^1, \quad T_b = [2 - |h - 4|]_0^1

    with the largest M and the smallest m of a pixel's colours and its hue h in [0, 6).

    Args:
        pixels: RGB; overwritten.
        turn: Shares of the whole circle.

    Shapes:
        ``pixels [B, 3, H, W]`` and ``turn [B]``; the output is the same tensor as ``pixels``.
    """
    red, green, blue = pixels.unbind(1)
    low = torch.minimum(torch.minimum(red, green), blue)
    chroma = torch.maximum(torch.maximum(red, green), blue).sub_(low)
    hue = _hue(red, green, blue, low, chroma).add_(6 * turn.view(-1, 1, 1))
    hue.sub_((hue * (1 / 6)).floor_(), alpha=6)
    torch.sub(hue, 3, out=red)
    torch.addcmul(low, chroma, red.abs_().sub_(1).clamp_(0, 1), out=red)
    for colour, middle in ((green, 2), (blue, 4)):
        torch.sub(hue, middle, out=colour)
        torch.addcmul(low, chroma, colour.abs_().neg_().add_(2).clamp_(0, 1), out=colour)
    return pixels


def _hue(red: Tensor, green: Tensor, blue: Tensor, low: Tensor, chroma: Tensor) -> Tensor:
    r"""Return the hue of pixels, 0 to 6; 0 for grey.

    .. math:: h = \begin{cases} 1 + (g - r) / (M - m) & b = m \\ 3 + (b - g) / (M - m) & r = m \\
        5 + (r - b) / (M - m) & \text{else} \end{cases}

    Signs as weights instead of comparisons: on a CPU those take thirty times as long.
    """
    hue = (red - blue).add_(chroma, alpha=5)
    no_red = (blue - green).add_(chroma, alpha=3)
    torch.lerp(no_red, hue, (red - low).sign_(), out=hue)
    no_blue = torch.sub(green, red, out=no_red).add_(chroma)
    torch.lerp(no_blue, hue, (blue - low).sign_(), out=hue)
    # A grey pixel's differences are 0, whatever they are divided by.
    return hue.div_(chroma.clamp_min(1e-9))

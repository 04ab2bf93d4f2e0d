"""Changes of detail, of several pictures at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor
from torch.nn import functional as F


def sharpen(
    pixels: Tensor, strength: Tensor, top: float = 1.0, gain: Tensor | None = None
) -> Tensor:
    r"""Sharpen pictures; their outermost pixels are not sharpened.

    .. math:: x^{\prime} = [g x + (s - 1) (x - \bar x)]_0^1, \qquad
        \bar x = \tfrac1{13} \big(4 x + \textstyle\sum_{3 \times 3} x\big)

    Args:
        pixels: RGB from 0 to ``top``; overwritten.
        strength: 1 changes nothing.
        top: What is 1 in the equation. Default: 1.
        gain: The factor g. Default: 1.

    Shapes:
        ``pixels [B, 3, H, W]``, ``strength [B]``, ``gain [B]``; the output is the same tensor as
        ``pixels``.
    """
    rows = pixels[..., :-2, :] + pixels[..., 1:-1, :]
    rows += pixels[..., 2:, :]
    box = rows[..., :-2] + rows[..., 1:-1]
    box += rows[..., 2:]
    more = ((strength - 1) / 13).view(-1, 1, 1, 1)
    inner = pixels[..., 1:-1, 1:-1]
    if gain is not None:
        # The inner pixels are multiplied here, too, and what is added to them is made up for it.
        factor = gain.view(-1, 1, 1, 1)
        pixels.mul_(factor)
        return _sharpened(pixels, inner, box, more, factor, top)
    inner.mul_(1 + 9 * more).sub_(box.mul_(more)).clamp_(0, top)
    return pixels


def _sharpened(
    pixels: Tensor, inner: Tensor, box: Tensor, more: Tensor, factor: Tensor, top: float
) -> Tensor:
    inner.mul_(1 + 9 * more / factor).sub_(box.mul_(more)).clamp_(0, top)
    pixels.clamp_(0, top)
    return pixels


def reduce(pixels: Tensor, factors: Sequence[float], nearest: bool = False) -> Tensor:
    """Make pictures smaller and as large as they were again.

    Both ways bilinear, the first with a low-pass filter or taking the nearest pixels. Reduced sizes
    are whole numbers; pictures of one size that are next to each other are reduced together.

    Args:
        pixels: RGB; may be overwritten.
        factors: How many times smaller, for each picture.
        nearest: Take the nearest pixels. Default: a low-pass filter.

    Shapes:
        ``pixels [B, 3, H, W]``; the output is like it.
    """
    size = pixels.shape[-2:]
    sizes = [_reduced(size, factor, nearest) for factor in factors]
    how = {"mode": "nearest"} if nearest else {"mode": "bilinear", "antialias": True}
    # Room as large as the pictures, whatever the sizes: coordinates are then rounded alike. What
    # is around the small pictures does not matter, so that the given ones may lie there.
    room = [max(size[axis], *(one[axis] for one in sizes)) for axis in (0, 1)]
    small = pixels if room == list(size) else pixels.new_zeros(*pixels.shape[:2], *room)
    start = 0
    for (height, width), run in groupby(sizes):
        part = slice(start, start := start + len(list(run)))
        small[part, :, :height, :width] = F.interpolate(pixels[part], size=(height, width), **how)
    return _enlarge(small, torch.tensor(sizes, device=pixels.device), size)


def _reduced(size: torch.Size, factor: float, cut: bool) -> tuple[int, int]:
    height, width = (max(1, int(one) if cut else round(one)) for one in (n / factor for n in size))
    return height, width


def _enlarge(small: Tensor, sizes: Tensor, size: torch.Size) -> Tensor:
    """Enlarge pictures of ``sizes [B, 2]`` that lie in the corners of ``small``."""
    grid = small.new_empty(len(small), 2, *size)
    for axis in (0, 1):
        length = sizes[:, 1 - axis].unsqueeze(1)
        whole = size[1 - axis]
        middle = (torch.arange(whole, device=small.device) + 0.5) * length / whole - 0.5
        place = torch.minimum(middle.clamp_min(0), length - 1)
        place = place * (2 / max(1, small.size(3 - axis) - 1)) - 1
        grid[:, axis] = place.unsqueeze(2 if axis else 1)
    return F.grid_sample(small, grid.permute(0, 2, 3, 1), padding_mode="border", align_corners=True)

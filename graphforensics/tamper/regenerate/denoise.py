"""Taking fine noise out of small pictures, on any device."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def bilateral(pixels: Tensor, level: float, radius: int = 2, spread: float = 1.2) -> Tensor:
    r"""Average each pixel with those near it that look alike.

    .. math:: y(p) = \frac{\sum_{q} w(p, q)\, x(q)}{\sum_{q} w(p, q)}, \qquad
        w = \exp\Big(-\frac{|p - q|^2}{2 \sigma^2} - \frac{|x(p) - x(q)|^2}{2 \ell^2}\Big)

    with the distance of colours averaged over red, green and blue.

    Args:
        pixels: RGB.
        level: :math:`\ell`, in the pixels' unit.
        radius: How far neighbours lie at most. Default: 2.
        spread: :math:`\sigma` in pixels. Default: 1.2.

    Shapes:
        ``pixels [B, 3, H, W]``, floating; the output is like it.

    Source:
        C. Tomasi and R. Manduchi, Bilateral filtering for gray and color images, ICCV 1998.
    """
    height, width = pixels.shape[-2:]
    padded = F.pad(pixels, [radius] * 4, mode="replicate")
    total, weights = torch.zeros_like(pixels), pixels.new_zeros(len(pixels), 1, height, width)
    for down in range(2 * radius + 1):
        for right in range(2 * radius + 1):
            other = padded[..., down : down + height, right : right + width]
            away = (down - radius) ** 2 + (right - radius) ** 2
            apart = (other - pixels).square().mean(1, keepdim=True)
            weight = (-away / (2 * spread**2) - apart / (2 * level**2)).exp_()
            total.addcmul_(other, weight)
            weights += weight
    return total / weights


def shrink_wavelets(pixels: Tensor, level: float, depth: int = 2) -> Tensor:
    r"""Draw the details of a Haar wavelet decomposition towards zero.

    .. math:: d^{\prime} = \mathrm{sign}(d) \max(|d| - \ell, 0)

    on the three detail bands of each depth, averaged over the four shifts of a pixel so that no
    blocks are seen.

    Args:
        pixels: RGB.
        level: :math:`\ell`, in the pixels' unit.
        depth: Decompositions. Default: 2.

    Shapes:
        ``pixels [B, 3, H, W]``, floating; the output is like it.

    Source:
        D. Donoho, De-noising by soft-thresholding, IEEE Trans. Information Theory 41 (1995).
    """
    if depth == 0:
        return pixels
    made = torch.zeros_like(pixels)
    for down in (0, 1):
        for right in (0, 1):
            turned = pixels.roll((down, right), (-2, -1))
            made += _shrunk(turned, level, depth).roll((-down, -right), (-2, -1))
    return made / 4


def _shrunk(pixels: Tensor, level: float, depth: int) -> Tensor:
    height, width = pixels.shape[-2:]
    if min(height, width) < 4:
        return pixels
    padded = F.pad(pixels, (0, width % 2, 0, height % 2), mode="replicate")
    a, b = padded[..., ::2, ::2], padded[..., ::2, 1::2]
    c, d = padded[..., 1::2, ::2], padded[..., 1::2, 1::2]
    mean = shrink_wavelets((a + b + c + d) / 4, level / 2, depth - 1)
    across, down, both = (
        F.softshrink(one / 4, level / 2) for one in (a - b + c - d, a + b - c - d, a - b - c + d)
    )
    made = torch.empty_like(padded)
    made[..., ::2, ::2] = mean + across + down + both
    made[..., ::2, 1::2] = mean - across + down - both
    made[..., 1::2, ::2] = mean + across - down - both
    made[..., 1::2, 1::2] = mean - across - down + both
    return made[..., :height, :width]

"""Separable Gaussian blur of masks."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def gaussian_kernel(
    sigma: float, device: torch.device | None = None, dtype: torch.dtype = torch.float32
) -> Tensor:
    r"""Return :math:`g_i \propto e^{-i^2 / 2 \sigma^2}`, summing to 1, cut off at 4 sigma.

    Args:
        sigma: Standard deviation in pixels; 0 gives the kernel ``[1]``.
        device: Where to put the tensor.
        dtype: Its type.

    Shapes:
        Output ``[2 R + 1]`` with R = ceil(4 sigma).

    Raises:
        ValueError: ``sigma`` is negative or not finite.

    Example:
        >>> gaussian_kernel(0.5).shape
        torch.Size([5])
    """
    if not (math.isfinite(sigma) and sigma >= 0):
        raise ValueError(f"'sigma' must be a number of at least 0 (got {sigma})")
    radius = math.ceil(4 * sigma)
    steps = torch.arange(-radius, radius + 1, device=device, dtype=dtype)
    weights = torch.exp(-(steps**2) / (2 * max(sigma, 1e-9) ** 2))
    return weights / weights.sum()


def gaussian_blur(images: Tensor, sigma: float) -> Tensor:
    r"""Blur images with a Gaussian, as if they went on with zeros beyond their borders.

    .. math:: \text{out}_{r c} = \sum_{i, j} g_i\, g_j\, \text{in}_{r + i, c + j}

    Args:
        images: Masks or images.
        sigma: Standard deviation in pixels; 0 leaves the images as they are.

    Shapes:
        ``images [..., H, W]``, floating; the output is like it.

    Raises:
        ValueError: ``images`` has fewer than two axes or is not floating; a negative ``sigma``.

    Example:
        >>> image = torch.zeros(9, 9)
        >>> image[4, 4] = 1.0
        >>> blurred = gaussian_blur(image, 0.5)
        >>> bool((blurred.sum() - 1).abs() < 1e-5), bool(blurred.argmax() == 40)
        (True, True)
    """
    if images.dim() < 2 or not images.is_floating_point():
        met = f"{images.dtype} {list(images.shape)}"
        raise ValueError(f"'images' must be floating [..., H, W] (got {met})")
    kernel = gaussian_kernel(sigma, images.device, images.dtype)
    return blur_valid(F.pad(images, [kernel.numel() // 2] * 4), kernel)


def blur_valid(images: Tensor, kernel: Tensor) -> Tensor:
    """Blur images ``[..., H + 2 R, W + 2 R]`` to ``[..., H, W]`` with a kernel ``[2 R + 1]``."""
    channels = images.size(-3) if images.dim() > 2 else 1
    stack = images.reshape(-1, channels, *images.shape[-2:])
    # One group a channel: on a CPU many times as fast as the same images as a batch.
    weight = kernel.view(1, 1, -1, 1).expand(channels, 1, -1, 1)
    blurred = F.conv2d(stack, weight, groups=channels)
    blurred = F.conv2d(blurred, weight.transpose(2, 3), groups=channels)
    return blurred.view(*images.shape[:-2], *blurred.shape[-2:])

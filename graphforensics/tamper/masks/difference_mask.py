"""Which pixels a forgery changed."""

from __future__ import annotations

import torch
from torch import Tensor

#: What red, green and blue contribute to grey (ITU-R BT.601).
_GREY = (0.299, 0.587, 0.114)


def difference_mask(real: Tensor, forged: Tensor, threshold: float = 0.15) -> Tensor:
    r"""Compare a forged picture with the one that it was made from, pixel by pixel.

    .. math:: \mathbf{M}_{ij} = \Big[ \tfrac{1}{255} \, \mathrm{grey} \big(
        \lvert \mathbf{x}_{ij} - \mathbf{x}^{\prime}_{ij} \rvert \big) > \theta \Big]

    Section 3.3 and eq. 8 of "Local Relation Learning for Face Forgery Detection" (AAAI 2021).
    Forgeries that leave colours nearly as they were have an empty mask; the masks of
    ``graphforensics forge`` are exact instead.

    Args:
        real: RGB pictures, bytes or from 0 to 1.
        forged: The same pictures after forging, in the same frame.
        threshold: :math:`\theta`. Default: 0.15.

    Shapes:
        ``real`` and ``forged [..., 3, H, W]``, output ``[..., 1, H, W]`` (``float32``, 0 or 1).

    Raises:
        ValueError: ``threshold`` is not in [0, 1], or the pictures differ in shape or type.

    Example:
        >>> real = torch.zeros(3, 1, 2, dtype=torch.uint8)
        >>> forged = real.clone()
        >>> forged[:, 0, 1] = 60
        >>> difference_mask(real, forged).tolist()
        [[[0.0, 1.0]]]
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"'threshold' must be in [0, 1] (got {threshold})")
    if real.dim() < 3 or real.size(-3) != 3:
        raise ValueError(f"'real' must be [..., 3, H, W] (got {list(real.shape)})")
    if forged.shape != real.shape or forged.dtype != real.dtype:
        raise ValueError(
            f"'forged' must be {list(real.shape)} of {real.dtype} "
            f"(got {list(forged.shape)} of {forged.dtype})"
        )
    if not real.is_floating_point() and real.dtype != torch.uint8:
        raise ValueError(f"'real' must be uint8 or floating point (got {real.dtype})")
    whole = 1 if real.is_floating_point() else 255
    red, green, blue = (real.float() - forged.float()).abs().unbind(-3)
    grey = _GREY[0] * red + _GREY[1] * green + _GREY[2] * blue
    return (grey > threshold * whole).float().unsqueeze(-3)

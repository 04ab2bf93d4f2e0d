"""Where a patch is, as numbers that a transformer can read."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.nn.argument_checks import wrong_argument

# Own code because: timm's build_sincos2d_pos_embed, with any of its options, gives other numbers
# than those that the public weights of masked autoencoders were trained with.


def sincos_positions(channels: int, grid: int) -> Tensor:
    r"""Return the fixed positions of the patches of a square grid, a class token's before them.

    .. math:: \mathbf{p}_{r, c} = [s(c), s(r)], \qquad
        s(t) = [\sin(t \omega), \cos(t \omega)], \quad \omega_k = 10000^{-4 k / C}

    as in "Masked Autoencoders Are Scalable Vision Learners" (CVPR 2022); the class token's is 0.

    Args:
        channels: Channels C of a token, a multiple of 4.
        grid: Patches along each side.

    Shapes:
        Output ``[1, 1 + grid * grid, channels]``, float32, patches in raster order.

    Raises:
        ValueError: 4 does not divide the channels, or a number is not positive.

    Example:
        >>> sincos_positions(4, 2)[0, :2].tolist()
        [[0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0]]
    """
    if channels < 1 or channels % 4 or grid < 1:
        raise wrong_argument(
            "channels",
            f"must be a multiple of 4 and 'grid' positive (got {channels} and {grid})",
        )
    omega = 10000 ** -(torch.arange(channels // 4, dtype=torch.float64) / (channels / 4))
    angle = torch.arange(grid, dtype=torch.float64).unsqueeze(1) * omega
    along = torch.cat([angle.sin(), angle.cos()], dim=1)
    columns = along.repeat(grid, 1)
    rows = along.repeat_interleave(grid, dim=0)
    patches = torch.cat([columns, rows], dim=1)
    return torch.cat([patches.new_zeros(1, channels), patches]).float().unsqueeze(0)

"""Pictures as patches and back, with the pixels of a patch in the public MAE's order."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.nn.argument_checks import check_shape


def to_patches(images: Tensor, patch: int) -> Tensor:
    """Cut pictures into square patches.

    Args:
        images: Pictures.
        patch: Side of a patch in pixels.

    Shapes:
        ``images [B, C, H, W]``; output ``[B, P, patch * patch * C]``: patches in raster order, in
        each one its pixels in raster order, in each pixel its colours.

    Raises:
        ValueError: The patch does not divide the sides.

    Example:
        >>> to_patches(torch.arange(16.0).view(1, 1, 4, 4), 2)[0, 1].tolist()
        [2.0, 3.0, 6.0, 7.0]
    """
    check_shape("images", images, ("B", "C", "H", "W"))
    height, width = images.shape[-2:]
    if height % patch or width % patch:
        raise ValueError(f"'patch' must divide the images' {height} x {width} (got {patch})")
    split = torch.unflatten(torch.unflatten(images, 3, (-1, patch)), 2, (-1, patch))
    return split.permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)


def from_patches(patches: Tensor, patch: int, columns: int) -> Tensor:
    """Put patches together again, the inverse of :func:`to_patches`.

    Args:
        patches: As :func:`to_patches` returns them.
        patch: Side of a patch in pixels.
        columns: Patches in a row.

    Shapes:
        ``patches [B, P, patch * patch * C]``, output ``[B, C, H, W]``.

    Raises:
        ValueError: The shape is another.

    Example:
        >>> images = torch.rand(2, 3, 8, 4)
        >>> bool((from_patches(to_patches(images, 2), 2, columns=2) == images).all())
        True
    """
    check_shape("patches", patches, ("B", "P", "D"))
    if patches.size(2) % patch**2 or patches.size(1) % columns:
        raise ValueError(
            f"'patches' must be [B, rows * {columns}, {patch} * {patch} * C] "
            f"(got {list(patches.shape)})"
        )
    split = torch.unflatten(torch.unflatten(patches, 2, (patch, patch, -1)), 1, (-1, columns))
    return split.permute(0, 5, 1, 3, 2, 4).flatten(4).flatten(2, 3)

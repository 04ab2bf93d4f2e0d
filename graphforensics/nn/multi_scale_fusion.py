"""Feature maps of several depths as one."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from graphforensics.nn.argument_checks import check_positive, check_shape, wrong_argument


class MultiScaleFusion(nn.Module):
    r"""Resize the maps of all depths to the deepest one's size and put them behind each other.

    .. math:: \tilde{\mathbf{U}} = [\mathrm{resize}(\tilde{\mathbf{U}}^{low});
        \mathrm{resize}(\tilde{\mathbf{U}}^{mid}); \tilde{\mathbf{U}}^{high}]

    Section 3.3 of "Local Relation Learning for Face Forgery Detection" (AAAI 2021); the resizing
    is bilinear.

    Args:
        multiple: Enlarge the result until this divides its sides. Default: 1.

    Shapes:
        Any number of maps ``[B, C_l, H_l, W_l]``; the output is ``[B, sum of C_l, H, W]`` with the
        size of the last, or the next that ``multiple`` divides.

    Raises:
        ValueError: There is no map, one has another shape, or ``multiple`` is not positive.

    Example:
        >>> MultiScaleFusion()(torch.rand(1, 2, 8, 8), torch.rand(1, 4, 3, 3)).shape
        torch.Size([1, 6, 3, 3])
    """

    def __init__(self, multiple: int = 1) -> None:
        super().__init__()
        check_positive(multiple=multiple)
        self.multiple = multiple

    def reset_parameters(self) -> None:
        """Do nothing: there is nothing to learn."""

    def forward(self, *maps: Tensor) -> Tensor:
        """Return the one map."""
        if not maps:
            raise wrong_argument("maps", "must be at least one (got none)")
        for one in maps:
            check_shape("maps", one, (maps[-1].size(0), "C", "H", "W"))
        height, width = (-(-side // self.multiple) * self.multiple for side in maps[-1].shape[-2:])
        return torch.cat([resized(one, (height, width)) for one in maps], dim=1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({f'multiple={self.multiple}' if self.multiple > 1 else ''})"


def resized(maps: Tensor, size: Sequence[int]) -> Tensor:
    """Resize maps ``[B, C, H, W]`` to ``size``, bilinearly; those of that size are left alone.

    Example:
        >>> resized(torch.ones(1, 1, 2, 2), (3, 4)).shape
        torch.Size([1, 1, 3, 4])
    """
    if tuple(maps.shape[-2:]) == tuple(size):
        return maps
    return functional.interpolate(maps, list(size), mode="bilinear", align_corners=False)

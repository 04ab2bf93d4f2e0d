"""The patches of a picture that is cut into a grid."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from graphforensics.regions._checks import size_pair


class PatchGrid(NamedTuple):
    """The patches of a picture in raster order: left to right, then top to bottom.

    Attributes:
        centers: ``[P, 2]``, x then y, from 0 to 1: a :class:`FaceGraph`'s ``pos``.
        boxes: ``[P, 4]``, left, top, right, bottom in pixels, counted at pixel borders, so that
            ``image[..., top:bottom, left:right]`` is the patch where sides are whole.
    """

    centers: Tensor
    boxes: Tensor


def patch_grid(
    size: int | tuple[int, int],
    k: int | tuple[int, int],
    device: torch.device | str | None = None,
    dtype: torch.dtype = torch.float32,
) -> PatchGrid:
    r"""Cut a picture into equal patches.

    .. math:: \text{patch}_{r k + c} = \Big[\tfrac{c W}{k}, \tfrac{(c + 1) W}{k}\Big] \times
        \Big[\tfrac{r H}{k}, \tfrac{(r + 1) H}{k}\Big]

    Args:
        size: Side, or (height, width), of the picture in pixels.
        k: Patches in each direction, or (rows, columns).
        device: Where to put the tensors.
        dtype: Their type.

    Shapes:
        ``centers [P, 2]`` and ``boxes [P, 4]`` with P = rows * columns.

    Raises:
        ValueError: A size or a number of patches below 1.

    Example:
        >>> grid = patch_grid(4, 2)
        >>> grid.centers[1].tolist(), grid.boxes[1].tolist()
        ([0.75, 0.25], [2.0, 0.0, 4.0, 2.0])
    """
    (height, width), (rows, columns) = size_pair("size", size), size_pair("k", k)
    y, x = torch.meshgrid(
        torch.arange(rows, device=device, dtype=dtype) / rows,
        torch.arange(columns, device=device, dtype=dtype) / columns,
        indexing="ij",
    )
    corner = torch.stack([x, y], dim=-1).view(-1, 2)
    step = corner.new_tensor([1 / columns, 1 / rows])
    scale = corner.new_tensor([width, height])
    boxes = torch.cat([corner * scale, (corner + step) * scale], dim=1)
    return PatchGrid(corner + step / 2, boxes)

"""Which patches of a picture show the eyes, the cheeks and nose, and the lips."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from graphforensics.regions._checks import is_finite, landmark_batch, size_pair, unbatch
from graphforensics.regions.hull import convex_hull_mask
from graphforensics.regions.landmark_groups import LANDMARK_GROUPS

#: The parts, in the order of :func:`facial_parts`' axis.
FACIAL_PARTS = ("eyes", "cheeks_and_nose", "lips")

Partition = Literal["algorithm1", "bands", "landmark_hulls"]

# Algorithm 1 counts landmarks from 1: its 17th and 16th are the upper end of the jaw line on
# the picture's right and the one below it.
_EYES_END, _NOSE_END = 17 - 1, 16 - 1

# The cheeks reach from the jaw line, below its upper end, to the nose and the lower lids.
_HULLS = (
    (*LANDMARK_GROUPS["brows"], *LANDMARK_GROUPS["lids"]),
    (1, 2, 3, 13, 14, 15, *LANDMARK_GROUPS["nose"], 40, 41, 46, 47),
    LANDMARK_GROUPS["outer_lips"],
)


def facial_parts(
    landmarks: Tensor,
    size: int | tuple[int, int],
    grid: int | tuple[int, int] = 14,
    partition: Partition = "algorithm1",
) -> Tensor:
    r"""Say which patches belong to the eyes, to the cheeks and nose, and to the lips.

    With :math:`\pi(\ell)` the number, in raster order, of the patch in which landmark
    :math:`\ell` lies, counted from 1, and :math:`P` patches:

    - ``"algorithm1"``: eyes :math:`= [0, \pi(17)]`, cheeks and nose :math:`= (\pi(17), \pi(16)]`,
      lips :math:`= (\pi(16), P)`. A partition of all patches, and the paper's letter; since both
      landmarks end the jaw line on one side, the middle part is one to three rows high.
    - ``"bands"``: whole rows of patches. The eyes end with the row of the lowest landmark of an
      eye, cheeks and nose with that of the nostrils' lowest. A partition of all patches.
    - ``"landmark_hulls"``: a patch belongs to a part when any of its pixels lies in the convex
      hull of the part's landmarks. Patches beside the face belong to none, those between two
      parts may belong to both: not a partition.

    Landmarks outside the picture count in the nearest patch; where a tilted face turns the order
    round (:math:`\pi(16) \le \pi(17)`), the middle part of a partition is empty.

    Args:
        landmarks: In pixels, iBUG order.
        size: Side, or (height, width), of the picture in pixels.
        grid: Patches in each direction, or (rows, columns).
        partition: One of the three above.

    Shapes:
        ``landmarks [68, 2]`` or ``[B, 68, 2]``; the output, bool, is ``[3, P]`` or ``[B, 3, P]``
        with parts as in :data:`FACIAL_PARTS` and P = rows * columns in raster order.

    Raises:
        ValueError: A wrong shape, size, grid or partition, a size that the grid does not divide
            with ``"landmark_hulls"``, or landmarks that are not finite; under ``torch.compile``
            and ``torch.export`` such a face has no patch in any part.

    Algorithm 1 of "DeepfakeMAE: Facial Part Consistency Aware Masked Autoencoder for Deepfake
    Video Detection" (2023).

    Example:
        >>> landmarks = torch.zeros(68, 2)
        >>> landmarks[16], landmarks[15] = torch.tensor([3.0, 1.0]), torch.tensor([3.0, 2.0])
        >>> facial_parts(landmarks, 4, grid=4).sum(1).tolist()
        [8, 4, 4]
    """
    batch = landmark_batch(landmarks)
    picture, cells = size_pair("size", size), size_pair("grid", grid)
    if partition == "algorithm1":
        parts = _algorithm1(batch, picture, cells)
    elif partition == "bands":
        parts = _bands(batch, picture, cells)
    elif partition == "landmark_hulls":
        parts = _landmark_hulls(batch, picture, cells)
    else:
        wanted = "'algorithm1', 'bands' or 'landmark_hulls'"
        raise ValueError(f"'partition' must be {wanted} (got {partition!r})")
    return unbatch(parts & is_finite(batch).view(-1, 1, 1), landmarks)


def _algorithm1(landmarks: Tensor, size: tuple[int, int], grid: tuple[int, int]) -> Tensor:
    row, column = _cells(landmarks, size, grid)
    patch = row * grid[1] + column
    return _cut(patch[:, _EYES_END], patch[:, _NOSE_END], grid[0] * grid[1])


def _bands(landmarks: Tensor, size: tuple[int, int], grid: tuple[int, int]) -> Tensor:
    row, _ = _cells(landmarks, size, grid)
    eyes = row[:, list(LANDMARK_GROUPS["lids"])].amax(1)
    nose = row[:, list(LANDMARK_GROUPS["nostrils"])].amax(1)
    return _cut(eyes, nose, grid[0]).repeat_interleave(grid[1], dim=2)


def _landmark_hulls(landmarks: Tensor, size: tuple[int, int], grid: tuple[int, int]) -> Tensor:
    if size[0] % grid[0] or size[1] % grid[1]:
        raise ValueError(f"'grid' must divide 'size' {list(size)} (got {list(grid)})")
    hulls = [convex_hull_mask(landmarks[:, list(part)], size) for part in _HULLS]
    patch = (size[0] // grid[0], size[1] // grid[1])
    return F.max_pool2d(torch.stack(hulls, dim=1), patch).flatten(2) > 0


def _cells(
    landmarks: Tensor, size: tuple[int, int], grid: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """Return the row and the column ``[B, 68]`` of the patch that holds each landmark."""
    row = _nearest_cell(landmarks[..., 1], size[0], grid[0])
    return row, _nearest_cell(landmarks[..., 0], size[1], grid[1])


def _nearest_cell(place: Tensor, side: int, count: int) -> Tensor:
    # A pixel's centre has whole coordinates, so that its borders lie half a pixel off.
    cell = ((place + 0.5) * (count / side)).nan_to_num(0).floor()
    return cell.clamp(0, count - 1).long()


def _cut(first: Tensor, second: Tensor, count: int) -> Tensor:
    """Cut 0 to count - 1 behind ``first [B]`` and behind ``second [B]`` into ``[B, 3, count]``."""
    place = torch.arange(count, device=first.device)
    one, two = first.unsqueeze(1), torch.maximum(first, second).unsqueeze(1)
    return torch.stack([place <= one, (place > one) & (place <= two), place > two], dim=1)

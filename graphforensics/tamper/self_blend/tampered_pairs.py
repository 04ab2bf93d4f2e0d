"""Real pictures and their forgeries as one batch."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class TamperedPairs(NamedTuple):
    """Real pictures first, then forgeries of them.

    Attributes:
        images: ``[P, ..., 3, H, W]``.
        label: 0 for real, 1 for forged, ``float32 [P]``.
        mask: Where a forgery was pasted, zeros for real, ``float32 [P, ..., 1, H, W]``.
        origin: Row of the given batch that each was made from, ``int64 [P]``.
    """

    images: Tensor
    label: Tensor
    mask: Tensor
    origin: Tensor

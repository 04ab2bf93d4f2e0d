"""Smooth fields that bend a mask's outline."""

from __future__ import annotations

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from graphforensics.tamper.recipe.seeded_draw import seeded_uniform

#: Side of the field, and how smooth it is, in its own cells.
SIDE, _SMOOTH = 32, 1.5
#: The widest displacement, in standard deviations: a rare peak stays in the window.
_LIMIT = 3.0
_STREAM = 1


def elastic_field(seeds: Tensor) -> Tensor:
    """Draw a smooth random field a seed, of mean about 0 and standard deviation 1.

    White noise, smoothed with a Gaussian as if the field went on with itself, bounded by 3.

    Args:
        seeds: One a sample, as for :func:`seeded_uniform`.

    Shapes:
        ``seeds [B]``; the output is ``[B, 2, 32, 32]``, displacements to the right and down.

    Example:
        >>> elastic_field(torch.tensor([1, 2])).shape
        torch.Size([2, 2, 32, 32])
    """
    # Smoothed, uniform noise is as good as normal: each cell is a sum of some thirty.
    noise = seeded_uniform(seeds, 2 * SIDE * SIDE, _STREAM).double() - 0.5
    spread = _smoothing().to(seeds.device)
    smooth = spread @ noise.view(-1, 2, SIDE, SIDE) @ spread
    deviation = smooth.flatten(1).std(1, correction=0).view(-1, 1, 1, 1)
    return (smooth / deviation).clamp(-_LIMIT, _LIMIT).float()


def _smoothing() -> Tensor:
    """Return the symmetric matrix that smooths a row, ``[32, 32]``."""
    matrix = gaussian_filter1d(np.eye(SIDE), _SMOOTH, axis=0, mode="wrap")
    return torch.from_numpy(matrix)

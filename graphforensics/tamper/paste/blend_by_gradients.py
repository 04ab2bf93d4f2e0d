"""Blending of a face by its gradients, fast and without leaks."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation
from torch.nn.functional import interpolate

from graphforensics.errors import NoFaceError
from graphforensics.tamper.paste.poisson_blend import poisson_blend
from graphforensics.tamper.paste.reduce_picture import reduce_picture

#: Share of the mask from which on gradients are blended: the rim of that lies on skin.
_WITHIN = 0.25
#: Pixels of a face at which what gradients add is found.
_PIXELS = 15_000
#: How far, in levels, a rim's difference may be from its median. Beyond it there is hair or
#: background behind the rim, whose colour must not run into the face.
_LEAK = 20.0
#: How far that median itself may be off. The face has the colours of the target's skin already:
#: where the median is farther off, most of the rim is hair or shadow.
_OFF = 8.0


def blend_by_gradients(
    source: NDArray[np.float32], target: NDArray[np.uint8], weights: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Give a face the target's colours at the rim, and keep its own gradients inside.

    Args:
        source: The face, RGB from 0 to 255 ``[H, W, 3]``.
        target: What it is pasted into, the same shape.
        weights: The soft mask ``[H, W]``; the rim is where it is a quarter.

    Returns:
        ``[H, W, 3]``; around the rim what it was made to meet.

    Raises:
        NoFaceError: The face fills the picture, or is none at all.
    """
    mask = weights > _WITHIN
    if mask.all() or not mask.any():
        raise NoFaceError("the face fills the picture: nothing is left to blend it with")
    away = target.astype(np.float32) - source
    rim = binary_dilation(mask) & ~mask
    middle = np.clip(np.median(away[rim], axis=0), -_OFF, _OFF)
    tame = np.clip(away, middle - _LEAK, middle + _LEAK)
    # What is added is smooth: for a large face it is found at a lower resolution.
    scale = min(1.0, float(np.sqrt(_PIXELS / np.count_nonzero(mask))))
    small = reduce_picture(tame, scale)
    within = reduce_picture(mask[..., None].astype(np.float32), scale)[..., 0] > 0.5
    added = _enlarge(poisson_blend(np.zeros_like(small), small, within), mask.shape)
    return source + np.where(mask[..., None], added, tame)


def _enlarge(picture: NDArray[np.float32], size: tuple[int, ...]) -> NDArray[np.float32]:
    if picture.shape[:2] == size:
        return picture
    pixels = torch.from_numpy(picture).permute(2, 0, 1)[None]
    large = interpolate(pixels, size=list(size), mode="bilinear")
    return np.asarray(large[0].permute(1, 2, 0).numpy())

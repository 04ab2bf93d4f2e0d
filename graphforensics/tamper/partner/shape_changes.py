"""How much a face's landmarks change their shape from frame to frame."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


def shape_changes(landmarks: Sequence[NDArray[np.floating] | None]) -> NDArray[np.float64]:
    r"""Return by how much each frame's landmarks differ from those before and after it, the less.

    .. math:: c_t = \min_{s = t \pm 1} \frac{1}{68 w_t} \sum_i
        \big\lVert (\ell_{ti} - \bar\ell_t) - (\ell_{si} - \bar\ell_s) \big\rVert

    with the width w of the face. A face that talks has some 0.005; ten times as much is a face
    that was not found where it is: in the blur of a fast motion, say. The frames beside it are like
    others, so the smaller difference counts.

    Args:
        landmarks: 68 of each frame, ``None`` where there is no face.

    Returns:
        One a frame; 0 where there is no face, or none before and after it.

    Example:
        >>> face = np.random.default_rng(0).normal(size=(68, 2))
        >>> shape_changes([face, face + 7, None, face]).round(6).tolist()
        [0.0, 0.0, 0.0, 0.0]
    """
    apart = [_apart(one, other) for one, other in pairwise(landmarks)]
    sides = np.array([[np.inf, *apart], [*apart, np.inf]])[:, : len(landmarks)]
    changes = sides.min(axis=0)
    return np.where(np.isfinite(changes), changes, 0.0)


def _apart(one: NDArray[np.floating] | None, other: NDArray[np.floating] | None) -> float:
    if one is None or other is None:
        return float("inf")
    apart = (one - np.mean(one, axis=0)) - (other - np.mean(other, axis=0))
    return float(np.hypot(*apart.T).mean()) / max(float(np.ptp(one[:, 0])), 1e-6)

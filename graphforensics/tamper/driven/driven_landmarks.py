"""Where a target's landmarks go when another face drives them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphforensics.regions.landmark_groups import LANDMARK_GROUPS
from graphforensics.tamper.driven.expression import Expressions
from graphforensics.tamper.partner.face_pose import mouth_openness

_MOUTH, _BROWS = list(LANDMARK_GROUPS["mouth"]), list(LANDMARK_GROUPS["brows"])
#: How much the jaw follows the driver, from ear to chin to ear.
_JAW = np.array([0, 0, 0.1, 0.3, 0.6, 0.9, 1, 1, 1, 1, 1, 0.9, 0.6, 0.3, 0.1, 0, 0])
#: Pairs of lids (upper, lower), outer to inner, an eye each.
_LIDS = (((37, 41), (38, 40)), ((43, 47), (44, 46)))
#: Pairs of points of the inner lips that must not change places.
_INNER = ((61, 67), (62, 66), (63, 65))
#: Openness of a mouth that is allowed at any rate, and over that which it is known to have.
_STRANGE, _AGAIN = 0.125, 1.5
#: How far a point may move sideways, in sides of the face's box.
_WIDEST = 0.025
#: Openness of an eye, in shares of its own usual one, below which it is not driven.
_SHUT = 0.25


def driven_landmarks(
    target: Expressions, moved: NDArray[np.float64], whole_face: bool, strength: float = 1.0
) -> NDArray[np.float64]:
    r"""Give a face the expression of another, frame by frame.

    .. math:: x'_t = x_t + w \big(\bar{x}_t + s\, e_t - x_t\big)

    with weights w of 1 for the mouth (and the brows), falling to 0 along the jaw, and the
    strength s. Sideways no point moves by more than 0.025 sides of the face. The strength is
    lowered where the mouth would open more than half as wide again as it ever does, or than an
    eighth of its width: nothing is known of what it would show. Eyes close as the driver's do, but
    never open farther than they are: what is behind a lid is in no picture.

    Args:
        target: The face.
        moved: The driver's expression e in each frame of the target, in its own sides
            (:attr:`Expressions.moved`).
        whole_face: Drive brows and eyes, too, not the mouth and jaw alone.
        strength: s. Default: 1.

    Shapes:
        ``moved [T, 68, 2]``; the output is like it, in pixels of the target's frames.
    """
    weight = np.zeros(68)
    weight[_MOUTH], weight[:17] = 1, _JAW
    if whole_face:
        weight[_BROWS] = 1
    strength = _tamed(target, moved, strength)
    change = target.calm + strength * moved - target.shape
    # A broad smile that is to be pursed would crumple the cheeks.
    change[..., 0] = _WIDEST * np.tanh(change[..., 0] / _WIDEST)
    shape = target.shape + weight[:, None] * change
    if whole_face:
        _close_eyes(shape, target, moved)
    _keep_lips_apart(shape)
    return target.place(shape)


def _tamed(target: Expressions, moved: NDArray[np.float64], strength: float) -> float:
    """Return a strength at which the mouth opens no farther than is known of it."""
    own = max(mouth_openness(shape) for shape in target.shape)
    widest = max(_STRANGE, _AGAIN * own)
    peak = max(mouth_openness(shape) for shape in target.calm + strength * moved)
    calm = max(mouth_openness(shape) for shape in target.calm)
    return strength * min(1.0, max(0.0, widest - calm) / max(peak - calm, 1e-6))


def eye_gaps(shape: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each eye is open ``[T, 2]``, in the unit of ``shape [T, 68, 2]``."""
    gaps = [[shape[:, low, 1] - shape[:, up, 1] for up, low in eye] for eye in _LIDS]
    return np.asarray(np.mean(gaps, axis=1).T)


def _close_eyes(
    shape: NDArray[np.float64], target: Expressions, moved: NDArray[np.float64]
) -> None:
    """Draw the lids together as the driver does."""
    own = eye_gaps(target.shape)
    usual = np.maximum(np.median(own, axis=0), 1e-6)
    # Driver and target are compared by how much of their usual opening is left.
    change = eye_gaps(moved)
    change = change - np.median(change, axis=0)
    left = np.clip(1 + change / usual, _SHUT, None) * usual
    factor = np.minimum(1, left / np.maximum(own, 1e-6))
    for eye, pairs in enumerate(_LIDS):
        for pair in pairs:
            lids = shape[:, list(pair)]
            middle = lids.mean(axis=1, keepdims=True)
            shape[:, list(pair)] = middle + factor[:, eye, None, None] * (lids - middle)


def _keep_lips_apart(shape: NDArray[np.float64]) -> None:
    """Let the upper inner lip end where the lower one begins."""
    for upper, lower in _INNER:
        crossed = shape[:, upper, 1] > shape[:, lower, 1]
        middle = (shape[crossed, upper, 1] + shape[crossed, lower, 1]) / 2
        shape[crossed, upper, 1] = shape[crossed, lower, 1] = middle

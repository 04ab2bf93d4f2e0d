"""Landmarks of a clip that move as a face does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from graphforensics.preprocess.track.smoothing import smooth_at
from graphforensics.regions.usable_landmarks import usable_landmarks

#: A face that moves by more than this from one frame to the next, in its own widths, has not moved:
#: the shot has changed.
_JUMP = 0.5


def steady_landmarks(
    landmarks: Sequence[NDArray[np.floating] | None],
    size: tuple[int, int],
    rate: float,
    window: float = 0.24,
    gap: float = 0.2,
) -> list[NDArray[np.float64] | None]:
    """Fill short gaps in the landmarks of one face and smooth them over time, without lag.

    Landmarks that show no face in the picture (:func:`usable_landmarks`) count as missing.
    Gaps at the start and the end stay; so do those across which the face jumps.

    Args:
        landmarks: 68 in iBUG order ``[68, 2]`` for each frame, ``None`` where none were found.
        size: Height and width of the frames.
        rate: Frames a second.
        window: Width in seconds of the centred window of :func:`smooth_at`; 0 does not smooth.
            Default: 0.24.
        gap: Longest gap in seconds that is filled, along a straight line. Default: 0.2.

    Returns:
        As many as were given.

    Raises:
        ValueError: ``rate`` is not positive, ``window`` or ``gap`` is negative, or a wrong shape.
    """
    if not rate > 0:
        raise ValueError(f"'rate' must be positive (got {rate})")
    if not (window >= 0 and gap >= 0):
        raise ValueError(f"'window' and 'gap' must not be negative (got {window} and {gap})")
    known = {number: face for number, face in enumerate(landmarks) if _is_usable(face, size)}
    points = {number: np.asarray(face, np.float64) for number, face in known.items()}
    steady: list[NDArray[np.float64] | None] = [None] * len(landmarks)
    for run in _runs(points, round(gap * rate)):
        numbers = np.arange(run[0], run[-1] + 1)
        rows = np.stack([points[number].ravel() for number in run])
        whole = np.stack([np.interp(numbers, run, column) for column in rows.T], axis=1)
        for number in numbers.tolist():
            near = np.abs(numbers - number) <= window * rate
            smooth = smooth_at(numbers[near] / rate, whole[near], number / rate, window)
            steady[number] = smooth.reshape(-1, 2)
    return steady


def _is_usable(face: NDArray[np.floating] | None, size: tuple[int, int]) -> bool:
    if face is None:
        return False
    points = torch.from_numpy(np.array(face, np.float64))
    return bool(usable_landmarks(points, size))


def _runs(points: dict[int, NDArray[np.float64]], longest: int) -> list[list[int]]:
    """Split frames where the face is gone for long, or is elsewhere."""
    runs: list[list[int]] = []
    for number in sorted(points):
        last = runs[-1][-1] if runs else None
        if last is not None and number - last - 1 <= longest:
            step = np.hypot(*(points[number] - points[last]).mean(axis=0))
            if step <= _JUMP * np.ptp(points[last][:, 0]):
                runs[-1].append(number)
                continue
        runs.append([number])
    return runs

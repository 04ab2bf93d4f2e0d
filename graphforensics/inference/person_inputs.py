"""One person of a file, as a detector wants to see them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class PersonInputs:
    """The samples of one person, and where each of their pixels comes from.

    Args:
        person: Identity within the file, counted from 0 in order of appearance.
        frames: Frames in which the person was seen.
        ok_frames: Frames among them whose face is neither too small nor too blurred.
        enough: Whether the frames suffice for a score: at least half a snippet in one piece.
        inputs: Samples ``[n, *spec.shape]``, ``uint8``.
        numbers: Frame number of every face ``[n, runs, frames]``; a ``"frames"`` or ``"image"``
            sample has runs of one frame.
        times: Its presentation time in seconds, likewise.
        boxes: Its smoothed box in frame pixels ``[n, runs, frames, 4]``.
        crops: One RGB crop for every run of the first sample, from the middle of the run or near
            it, at most 512 pixels wide.
        sample_crops: The same of every sample.
    """

    person: int
    frames: int
    ok_frames: int
    enough: bool
    inputs: Tensor
    numbers: NDArray[np.int64]
    times: NDArray[np.float64]
    boxes: NDArray[np.float32]
    crops: list[NDArray[np.uint8]]
    sample_crops: list[list[NDArray[np.uint8]]] = field(default_factory=list)

"""Which frames of a file to look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray


@runtime_checkable
class FrameSelection(Protocol):
    """Picks runs of consecutive frames from the presentation times of a file."""

    def numbers(self, times: ArrayLike) -> list[list[int]]:
        """Return the wanted frame numbers as ascending runs of consecutive frames.

        Args:
            times: Presentation times of all frames in seconds ``[F]``, ascending.
        """
        ...


@dataclass(frozen=True)
class EveryFrame:
    """Every frame, as one run.

    Example:
        >>> EveryFrame().numbers([0.0, 0.04, 0.08])
        [[0, 1, 2]]
    """

    def numbers(self, times: ArrayLike) -> list[list[int]]:
        """Return all frame numbers as one run; no run for no frame."""
        count = len(np.asarray(times))
        return [list(range(count))] if count else []


@dataclass(frozen=True)
class EvenFrames:
    """``count`` single frames evenly over the file's duration, in time.

    The duration is cut into ``count`` equal spans and the frame on display in the middle of
    each is taken, so that slow and fast stretches of a file with a variable frame rate get
    their share of the time, not of the frames. A frame is never taken twice: a file with
    too few frames gives all that it has.

    Args:
        count: Number of frames.

    Raises:
        ValueError: ``count`` is below 1.

    Example:
        >>> EvenFrames(2).numbers([0.0, 1.0, 2.0, 3.0])
        [[1], [3]]
    """

    count: int

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"'count' must be at least 1 (got {self.count})")

    def numbers(self, times: ArrayLike) -> list[list[int]]:
        """Return runs of one frame each."""
        stamps = np.asarray(times, dtype=np.float64)
        if not len(stamps):
            return []
        return [[number] for number in _spread(_on_display(stamps, self.count), 1, len(stamps))]


@dataclass(frozen=True)
class Snippets:
    """``snippets`` runs of ``frames`` consecutive frames, evenly over the file in time.

    Each run is centred on the middle of one of ``snippets`` equal spans of the duration. Runs
    that would overlap or leave the file are moved apart, so that no frame is in two of them; a
    file with too few frames for that is taken whole, as one run.

    Args:
        snippets: Number of runs.
        frames: Frames a run.

    Raises:
        ValueError: A number is below 1.

    Example:
        >>> Snippets(2, 3).numbers([i / 25 for i in range(20)])
        [[4, 5, 6], [14, 15, 16]]
    """

    snippets: int = 5
    frames: int = 20

    def __post_init__(self) -> None:
        for name in ("snippets", "frames"):
            if getattr(self, name) < 1:
                raise ValueError(f"'{name}' must be at least 1 (got {getattr(self, name)})")

    def numbers(self, times: ArrayLike) -> list[list[int]]:
        """Return the runs in ascending order."""
        stamps = np.asarray(times, dtype=np.float64)
        if not len(stamps):
            return []
        if len(stamps) <= self.snippets * self.frames:
            return [list(range(len(stamps)))]
        starts = _on_display(stamps, self.snippets) - self.frames // 2
        placed = _spread(starts, self.frames, len(stamps))
        return [list(range(start, start + self.frames)) for start in placed]


def parse_selection(text: str) -> FrameSelection:
    """Turn the words of a command line into a selection.

    Args:
        text: ``"all"``, ``"frames:N"`` or ``"snippets:TxD"``.

    Raises:
        ValueError: ``text`` is none of these.

    Example:
        >>> parse_selection("snippets:5x20")
        Snippets(snippets=5, frames=20)
    """
    if text == "all":
        return EveryFrame()
    if single := re.fullmatch(r"frames:(\d+)", text):
        return EvenFrames(int(single[1]))
    if runs := re.fullmatch(r"snippets:(\d+)x(\d+)", text):
        return Snippets(int(runs[1]), int(runs[2]))
    raise ValueError(f"'selection' must be all, frames:N or snippets:TxD (got {text!r})")


def _on_display(times: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Number of the frame on display in the middle of each of ``count`` equal spans of time."""
    steps = np.diff(times)
    # A file does not say how long its last frame stays; the usual step is the best guess.
    last = float(np.median(steps)) if len(steps) else 1.0
    end = times[-1] + (last if last > 0 else 1.0)
    middles = times[0] + (end - times[0]) * (np.arange(count) + 0.5) / count
    shown: NDArray[np.int64] = np.searchsorted(times, middles + 1e-9, side="right") - 1
    return shown


def _spread(starts: NDArray[np.int64], width: int, total: int) -> list[int]:
    """Move ascending starts as little as needed so that runs fit and do not overlap."""
    count = min(len(starts), total // width)
    if count < len(starts):
        starts = starts[((np.arange(count) + 0.5) * len(starts) / count).astype(int)]
    floor = np.arange(count) * width
    # Distances from the tightest packing must ascend, within what the file leaves over.
    slack = np.maximum.accumulate(np.clip(starts - floor, 0, total - count * width))
    return [int(start) for start in slack + floor]

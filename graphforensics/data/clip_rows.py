"""Which rows of a track make a sample."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphforensics.data.input_spec import InputSpec

Offset = float | np.random.Generator


def clip_rows(segments: ArrayLike, spec: InputSpec, offset: Offset = 0.5) -> list[list[int]]:
    r"""Pick T runs of D consecutive rows, evenly over a whole track of n rows.

    Run k of T starts at row

    .. math:: s_k = k \frac{n - D}{T - 1} + (o - 0.5) \frac{n - D}{T - 1}

    rounded and kept inside the track: at :math:`o = 0.5` the first run starts at the first row
    and the last run ends at the last. A single run starts at :math:`o (n - D)`. A run that
    would straddle a cut moves to the nearest place inside one segment, if a segment is long
    enough; a track of fewer than D rows is read forth and back (reflected).

    Args:
        segments: Segment number of each row ``[n]``, as :attr:`FaceTrack.segments` has them.
        spec: What the detector takes. ``"image"`` is one row, ``"frames"`` are D runs of one
            row, ``"clip"`` are T runs of D rows.
        offset: Place in [0, 1] of the runs within their share of the track, or a random
            generator that draws each run's place anew: run k then starts uniformly within
            the k-th of T equal spans of all possible starts.

    Returns:
        The rows of each run.

    Raises:
        ValueError: The track is empty, or ``offset`` is not in [0, 1].

    Example:
        >>> clip_rows([0] * 10, InputSpec("clip", size=112, snippets=2, frames=3))
        [[0, 1, 2], [7, 8, 9]]
    """
    numbers = np.asarray(segments)
    if len(numbers) == 0:
        raise ValueError("'segments' is empty: a track has at least one row")
    snippets, frames = (spec.frames, 1) if spec.kind != "clip" else (spec.snippets, spec.frames)
    if len(numbers) <= frames:
        return [_reflected(len(numbers), frames)] * snippets
    wanted = _starts(len(numbers) - frames, snippets, offset)
    allowed = _whole_starts(numbers, frames)
    nearest = allowed[np.abs(allowed[None, :] - wanted[:, None]).argmin(axis=1)]
    return [list(range(start, start + frames)) for start in nearest.tolist()]


def _starts(last: int, count: int, offset: Offset) -> NDArray[np.int64]:
    """Return ``count`` starts in 0..last."""
    places = np.arange(count, dtype=np.float64)
    if isinstance(offset, np.random.Generator):
        return ((places + offset.random(count)) * (last + 1) / count).astype(np.int64)
    if not 0 <= offset <= 1:
        raise ValueError(f"'offset' must be in [0, 1] (got {offset})")
    places = (places + offset - 0.5) * last / (count - 1) if count > 1 else places + offset * last
    starts: NDArray[np.int64] = np.rint(places.clip(0, last)).astype(np.int64)
    return starts


def _whole_starts(segments: NDArray[Any], frames: int) -> NDArray[np.int64]:
    """Return the starts of all runs inside one segment; all starts when there are none."""
    starts: NDArray[np.int64] = np.arange(len(segments) - frames + 1)
    whole = starts[segments[starts] == segments[starts + frames - 1]]
    return starts if len(whole) == 0 else whole


def _reflected(total: int, frames: int) -> list[int]:
    """Return ``frames`` rows that run forth and back over 0..total-1, ends not doubled."""
    period = max(2 * (total - 1), 1)
    place = np.arange(frames) % period
    rows: list[int] = np.minimum(place, period - place).tolist() if total > 1 else [0] * frames
    return rows

"""Mean colours of frames, smoothed over time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from graphforensics.preprocess.track.smoothing import smooth_at

_Item = TypeVar("_Item")


def steady_means(
    items: Iterable[_Item],
    mean: Callable[[_Item], NDArray[np.float64] | None],
    rate: float,
    window: float,
) -> Iterator[tuple[_Item, NDArray[np.float64]]]:
    """Say by how much each frame's mean is off from its own smooth course.

    As many items are held as the window is long, so that smoothing is without lag.

    Args:
        items: One a frame.
        mean: Measures an item, ``[k]``; ``None`` where there is nothing to measure.
        rate: Frames a second.
        window: Width in seconds of the centred window of :func:`smooth_at`.

    Yields:
        Each item in turn, and the smooth mean less its own, ``[k]``; a single 0 where there is
        nothing to measure.

    Example:
        >>> series = [np.array([1.0]), np.array([4.0]), np.array([1.0])]
        >>> [round(float(shift[0]), 1) for _, shift in steady_means(series, lambda x: x, 1, 6)]
        [0.7, -1.9, 0.7]
    """
    reach = int(np.ceil(window * rate / 2))
    held: deque[tuple[int, _Item, NDArray[np.float64] | None]] = deque()
    waiting = 0
    for number, item in enumerate(items):
        held.append((number, item, mean(item)))
        while waiting + reach <= number:
            yield _steadied(held, waiting, rate, window)
            waiting += 1
            while held and held[0][0] < waiting - reach:
                held.popleft()
    last = held[-1][0] if held else -1
    for number in range(waiting, last + 1):
        yield _steadied(held, number, rate, window)


def _steadied(
    held: deque[tuple[int, _Item, NDArray[np.float64] | None]],
    number: int,
    rate: float,
    window: float,
) -> tuple[_Item, NDArray[np.float64]]:
    item, own = next((item, own) for place, item, own in held if place == number)
    if own is None:
        return item, np.zeros(1)
    known = [(place / rate, value) for place, _, value in held if value is not None]
    times, values = zip(*known, strict=True)
    return item, smooth_at(times, np.array(values), number / rate, window) - own

"""Scores that are called inconclusive."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from graphforensics.metrics._checks import checked, has_both_classes

#: Fewest videos of each kind, real and fake, from which a threshold is learned. With twenty, the
#: standard error of a share is at most 11 points, and one video of twenty is the error rate of 5 %
#: that :func:`inconclusive_band` allows; with fewer a threshold is an accident of single videos.
LEAST_VIDEOS = 20


def default_band(threshold: float) -> tuple[float, float]:
    r"""Return the inconclusive band around a threshold of which nothing else is known.

    Outside it the odds are at least twice, or at most half, those of the threshold t:

    .. math:: \Big[ \frac{t}{2 - t}, \; \frac{2 t}{1 + t} \Big)

    Args:
        threshold: A probability.

    Example:
        >>> low, high = default_band(0.5)
        >>> round(low, 3), round(high, 3)
        (0.333, 0.667)
    """
    inside = min(max(threshold, 0.0), 1.0)
    return min(threshold, inside / (2 - inside)), max(threshold, 2 * inside / (1 + inside))


def inconclusive_band(
    labels: ArrayLike, scores: ArrayLike, threshold: float, error: float = 0.05
) -> tuple[float, float]:
    """Choose where neither word is safe, on validation scores.

    From the upper end on at most the share ``error`` of the reals lies, below the lower end at most
    that share of the fakes. The band is never narrower than :func:`default_band`, as data that are
    told apart well leave a gap of which they say nothing.

    Args:
        labels: 1 for fake, 0 for real, ``[n]``.
        scores: Probabilities of fake, ``[n]``.
        threshold: What :func:`~graphforensics.metrics.best_threshold` chose.
        error: Share of wrong words on either side.

    Returns:
        The lower end, the first inconclusive score, and the upper end, the first that is not.

    Raises:
        ValueError: As for :func:`accuracy`, ``error`` is not in [0, 1), or one class is missing.

    Example:
        >>> inconclusive_band([0, 0, 0, 1, 1, 1], [0.0, 0.1, 0.8, 0.2, 0.9, 1.0], 0.5, error=0.0)
        (0.2, 0.8000000000000002)
    """
    if not 0 <= error < 1:
        raise ValueError(f"'error' must be in [0, 1) (got {error})")
    marks, values = checked(labels, scores)
    if not has_both_classes(marks):
        raise ValueError("'labels' must hold both kinds")
    reals, fakes = np.sort(values[marks == 0])[::-1], np.sort(values[marks == 1])
    # Of n values, the first that may not lie on the wrong side any more.
    highest = float(np.nextafter(reals[int(error * len(reals))], np.inf))
    lowest = float(fakes[int(error * len(fakes))])
    low, high = default_band(threshold)
    return min(low, lowest), max(high, highest)

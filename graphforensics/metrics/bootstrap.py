"""How far a figure may be off, given how few people it was measured on."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphforensics.metrics._checks import Labels, Scores, checked

Metric = Callable[[Labels, Scores], float]


@dataclass(frozen=True)
class BootstrapInterval:
    """A figure with its percentile interval.

    Args:
        estimate: The figure on the whole sample.
        low: Lower end; ``nan`` where there are fewer than two groups.
        high: Upper end; ``nan`` likewise.
        level: Confidence level.
        groups: Number of groups that were resampled.
        resamples: Number of resamples drawn.
        undefined: How many of them gave no figure and were left out.
    """

    estimate: float
    low: float
    high: float
    level: float
    groups: int
    resamples: int
    undefined: int

    def __str__(self) -> str:
        """Print the figure as ``0.912 [0.853, 0.961]``."""
        if not math.isfinite(self.estimate):
            return "undefined"
        if not math.isfinite(self.low):
            return f"{self.estimate:.3f} [undefined]"
        return f"{self.estimate:.3f} [{self.low:.3f}, {self.high:.3f}]"

    def to_dict(self) -> dict[str, Any]:
        """Return the fields for JSON, with ``None`` for what is undefined."""
        return {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in vars(self).items()
        }


def bootstrap_interval(
    metric: Metric,
    labels: ArrayLike,
    scores: ArrayLike,
    groups: Sequence[Hashable] | NDArray[Any] | None = None,
    n: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    stratified: bool = True,
) -> BootstrapInterval:
    """Resample whole groups with replacement and take percentiles of the figure.

    Samples of one person or one video are not independent: they are drawn together or not
    at all. With few groups the interval is too narrow rather than too wide.

    Args:
        metric: A function of labels and scores, for instance :func:`graphforensics.metrics.auc`.
        labels: 1 for fake, 0 for real, ``[n]``.
        scores: Higher is more likely fake, ``[n]``.
        groups: Identity or video of each sample, ``[n]``; every sample for itself by default.
        n: Number of resamples.
        seed: Seed of the drawing; equal seeds give equal intervals.
        level: Confidence level of the interval.
        stratified: Draw among groups that hold reals only, fakes only, and both separately,
            so that each resample holds as many of each as the sample.

    Returns:
        The figure, its interval, and how many resamples left it undefined.

    Raises:
        ValueError: Shapes differ, a score is not finite, ``n`` < 1, or ``level`` not in (0, 1).

    Source:
        B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.

    Example:
        >>> from graphforensics.metrics import auc
        >>> interval = bootstrap_interval(auc, [0, 0, 1, 1], [0.1, 0.4, 0.3, 0.8], ["a", "b"] * 2)
        >>> interval.estimate, interval.groups
        (0.75, 2)
    """
    marks, values = checked(labels, scores)
    if n < 1 or not 0 < level < 1:
        raise ValueError(f"'n' must be positive and 'level' in (0, 1) (got {n} and {level})")
    members = _members(len(marks), groups)
    strata = _strata(marks, members) if stratified else [np.arange(len(members))]
    figures = np.full(n, np.nan)
    if len(members) > 1:
        rng = np.random.default_rng(seed)
        for position in range(n):
            drawn = np.concatenate([rng.choice(part, len(part)) for part in strata])
            rows = np.concatenate([members[group] for group in drawn])
            figures[position] = metric(marks[rows], values[rows])
    known = figures[np.isfinite(figures)]
    ends = (0.5 - level / 2, 0.5 + level / 2)
    low, high = np.quantile(known, ends) if known.size else (math.nan, math.nan)
    estimate = float(metric(marks, values))
    undefined = n - len(known)
    return BootstrapInterval(estimate, float(low), float(high), level, len(members), n, undefined)


def bootstrap_difference(
    metric: Metric,
    labels: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    groups: Sequence[Hashable] | NDArray[Any] | None = None,
    n: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> BootstrapInterval:
    """Interval of how much better the first scores are than the second, on the same samples.

    Every resample draws the same groups for both, so that what makes a sample hard for both
    cancels out. Unlike :func:`~graphforensics.metrics.delong_test` it minds that samples of one
    person belong together.

    Args:
        metric: A function of labels and scores.
        labels: 1 for fake, 0 for real, ``[n]``.
        first: Scores of one detector, ``[n]``.
        second: Scores of the other, of the same samples in the same order, ``[n]``.
        groups: Identity or video of each sample, as for :func:`bootstrap_interval`.
        n: Number of resamples.
        seed: Seed of the drawing.
        level: Confidence level of the interval.

    Returns:
        The difference ``metric(first) - metric(second)`` and its interval.

    Raises:
        ValueError: As for :func:`bootstrap_interval`.

    Example:
        >>> from graphforensics.metrics import auc
        >>> better = bootstrap_difference(auc, [0, 0, 1, 1], [1, 2, 3, 4], [1, 3, 2, 4])
        >>> better.estimate
        0.25
    """
    marks, one = checked(labels, first)
    _, other = checked(labels, second)

    def difference(drawn: Labels, rows: Scores) -> float:
        places = rows.astype(np.int64)
        return metric(drawn, one[places]) - metric(drawn, other[places])

    places = np.arange(len(marks))
    return bootstrap_interval(difference, marks, places, groups, n, seed, level)


def _members(
    count: int, groups: Sequence[Hashable] | NDArray[Any] | None
) -> list[NDArray[np.intp]]:
    """Return the rows of each group, in the order in which the groups first appear."""
    if groups is None:
        return [np.array([row]) for row in range(count)]
    if len(groups) != count:
        raise ValueError(f"'groups' has {len(groups)} entries, 'labels' has {count}")
    rows: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups):
        rows.setdefault(group, []).append(row)
    return [np.array(part) for part in rows.values()]


def _strata(labels: Labels, members: list[NDArray[np.intp]]) -> list[NDArray[np.intp]]:
    """Split the groups into those with reals only, with fakes only, and with both."""
    kinds = np.array([2 * labels[rows].max() + labels[rows].min() for rows in members])
    return [np.flatnonzero(kinds == kind) for kind in np.unique(kinds)]

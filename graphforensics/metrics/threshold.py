"""Figures at one threshold, and how to choose it."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from graphforensics.metrics._checks import Scores, checked, has_both_classes

Goal = Literal["accuracy", "balanced_accuracy"]


def accuracy(labels: ArrayLike, scores: ArrayLike, threshold: float = 0.5) -> float:
    """Share of samples called right when a score of at least ``threshold`` means fake.

    Args:
        labels: 1 for fake, 0 for real, ``[n]``.
        scores: Higher is more likely fake, ``[n]``.
        threshold: 0.5 suits probabilities; choose another on validation scores with
            :func:`best_threshold`, never on the scores that are reported.

    Returns:
        A number in [0, 1]; ``nan`` where there is no sample.

    Raises:
        ValueError: Shapes differ, a label is not 0 or 1, or a score is not finite.

    Example:
        >>> accuracy([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.8])
        0.5
    """
    marks, values = checked(labels, scores)
    if not len(marks):
        return float("nan")
    return float(accuracy_score(marks, values >= threshold))


def balanced_accuracy(labels: ArrayLike, scores: ArrayLike, threshold: float = 0.5) -> float:
    """Mean of the shares of reals and of fakes called right.

    Args:
        labels: 1 for fake, 0 for real, ``[n]``.
        scores: Higher is more likely fake, ``[n]``.
        threshold: The smallest score that means fake.

    Returns:
        A number in [0, 1], 0.5 for a constant answer; ``nan`` where one class is missing.

    Raises:
        ValueError: Shapes differ, a label is not 0 or 1, or a score is not finite.

    Example:
        >>> balanced_accuracy([0, 0, 0, 1], [0.1, 0.2, 0.3, 0.4])
        0.5
    """
    marks, values = checked(labels, scores)
    if not has_both_classes(marks):
        return float("nan")
    return float(balanced_accuracy_score(marks, values >= threshold))


def best_threshold(labels: ArrayLike, scores: ArrayLike, goal: Goal = "accuracy") -> float:
    """Choose the threshold that calls most samples right, on validation scores.

    Candidates lie midway between neighbouring scores, so that a new score near a known
    one falls on its side; of equally good ones, the one in the widest gap is taken.

    Args:
        labels: 1 for fake, 0 for real, ``[n]``.
        scores: Higher is more likely fake, ``[n]``.
        goal: ``"accuracy"``, or ``"balanced_accuracy"`` where one class is rare.

    Returns:
        The threshold for :func:`accuracy`; ``nan`` where one class is missing.

    Raises:
        ValueError: As for :func:`accuracy`, or ``goal`` is unknown.

    Example:
        >>> best_threshold([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.7])
        0.4
    """
    if goal not in ("accuracy", "balanced_accuracy"):
        raise ValueError(f"'goal' must be accuracy or balanced_accuracy (got {goal!r})")
    marks, values = checked(labels, scores)
    if not has_both_classes(marks):
        return float("nan")
    fakes, reals = int(marks.sum()), int((1 - marks).sum())
    weights = (1.0, 1.0) if goal == "accuracy" else (1.0 / fakes, 1.0 / reals)
    candidates, width = _candidates(values)
    # A threshold's place among the sorted scores is the number of scores below it.
    fakes_below = np.searchsorted(np.sort(values[marks == 1]), candidates)
    reals_below = np.searchsorted(np.sort(values[marks == 0]), candidates)
    right = weights[0] * (fakes - fakes_below) + weights[1] * reals_below
    best = np.isclose(right, right.max(), rtol=1e-12)
    return float(candidates[best][np.argmax(width[best])])


def _candidates(values: Scores) -> tuple[Scores, Scores]:
    """Every threshold that sorts the scores differently, and the gap that it lies in."""
    levels = np.unique(values)
    gaps = np.diff(levels)
    # Rounding must not put the middle of two neighbouring floats on the lower one.
    middles = np.maximum(levels[:-1] + gaps / 2, np.nextafter(levels[:-1], np.inf))
    candidates = np.concatenate([levels[:1], middles, [np.nextafter(levels[-1], np.inf)]])
    return candidates, np.concatenate([[0.0], gaps, [0.0]])

"""All figures of a set of scores at once."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from graphforensics.metrics._checks import checked
from graphforensics.metrics.error_rate import equal_error_rate
from graphforensics.metrics.ranking import auc, average_precision
from graphforensics.metrics.threshold import accuracy


def summary(
    labels: ArrayLike, scores: ArrayLike, threshold: float = 0.5
) -> dict[str, float | int | None]:
    """Count the samples and give every figure, ready for JSON.

    Args:
        labels: 1 for fake, 0 for real, ``[n]``.
        scores: Higher is more likely fake, ``[n]``.
        threshold: The smallest score that means fake, for the accuracy.

    Returns:
        ``samples``, ``real``, ``fake``, ``auc``, ``average_precision``, ``equal_error_rate``,
        ``accuracy`` and ``threshold``; ``None`` stands for a figure that is undefined.

    Raises:
        ValueError: Shapes differ, a label is not 0 or 1, or a score is not finite.

    Example:
        >>> summary([1, 1], [0.2, 0.9])["auc"] is None
        True
    """
    marks, values = checked(labels, scores)
    return {
        "samples": len(marks),
        "real": int((marks == 0).sum()),
        "fake": int((marks == 1).sum()),
        "auc": defined(auc(marks, values)),
        "average_precision": defined(average_precision(marks, values)),
        "equal_error_rate": defined(equal_error_rate(marks, values)),
        "accuracy": defined(accuracy(marks, values, threshold)),
        "threshold": float(threshold),
    }


def defined(value: float) -> float | None:
    """Return ``value``, or ``None`` where it is not a finite number: JSON knows no NaN."""
    return value if math.isfinite(value) else None


def format_figure(value: float | None, digits: int = 3) -> str:
    """Print a figure for people.

    Example:
        >>> format_figure(0.91234), format_figure(None)
        ('0.912', 'undefined')
    """
    if value is None or not math.isfinite(value):
        return "undefined"
    return f"{value:.{digits}f}"

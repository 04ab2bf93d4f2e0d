"""All figures of a set of scores at once."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from graphforensics.metrics._checks import checked
from graphforensics.metrics.calibration import brier_score, calibration_error
from graphforensics.metrics.error_rate import equal_error_rate
from graphforensics.metrics.operating_point import tpr_at_fpr
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
        ``accuracy``, ``threshold``, ``tpr_at_fpr_1`` and ``tpr_at_fpr_5`` (at 1 and 5 %),
        ``brier_score`` and ``calibration_error`` (15 bins of equal width); ``None`` stands for a
        figure that is undefined, as the last two are where a score is not in [0, 1].

    Raises:
        ValueError: Shapes differ, a label is not 0 or 1, or a score is not finite.

    Example:
        >>> summary([1, 1], [0.2, 0.9])["auc"] is None
        True
    """
    marks, values = checked(labels, scores)
    probable = bool(((values >= 0) & (values <= 1)).all())
    return {
        "samples": len(marks),
        "real": int((marks == 0).sum()),
        "fake": int((marks == 1).sum()),
        "auc": defined(auc(marks, values)),
        "average_precision": defined(average_precision(marks, values)),
        "equal_error_rate": defined(equal_error_rate(marks, values)),
        "accuracy": defined(accuracy(marks, values, threshold)),
        "threshold": float(threshold),
        "tpr_at_fpr_1": defined(tpr_at_fpr(marks, values, 0.01)),
        "tpr_at_fpr_5": defined(tpr_at_fpr(marks, values, 0.05)),
        "brier_score": defined(brier_score(marks, values)) if probable else None,
        "calibration_error": defined(calibration_error(marks, values)) if probable else None,
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

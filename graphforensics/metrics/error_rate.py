"""The rate at which both kinds of error are equally frequent."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import roc_curve

from graphforensics.metrics._checks import checked, has_both_classes


def equal_error_rate(labels: ArrayLike, scores: ArrayLike) -> float:
    r"""Error rate where as many reals are called fake as fakes are called real.

    The ROC curve's points are joined by straight lines; the rate is where

    .. math:: \mathrm{FPR} = 1 - \mathrm{TPR}

    Args:
        labels: 1 for fake, 0 for real, ``[n]``.
        scores: Higher is more likely fake, ``[n]``.

    Returns:
        A number in [0, 1]; ``nan`` where one class is missing.

    Raises:
        ValueError: Shapes differ, a label is not 0 or 1, or a score is not finite.

    Example:
        >>> equal_error_rate([0, 0, 0, 1, 1], [0.1, 0.2, 0.9, 0.8, 0.95])
        0.3333333333333333
    """
    marks, values = checked(labels, scores)
    if not has_both_classes(marks):
        return float("nan")
    false_alarm, found, _ = roc_curve(marks, values, drop_intermediate=False)
    gap = 1.0 - found - false_alarm
    # The gap falls from 1 at (0, 0) to -1 at (1, 1), so there is exactly one crossing.
    after = int(np.flatnonzero(gap <= 0)[0])
    share = gap[after - 1] / (gap[after - 1] - gap[after])
    rise = false_alarm[after] - false_alarm[after - 1]
    return float(false_alarm[after - 1] + share * rise)

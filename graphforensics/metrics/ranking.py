"""Figures that only look at the order of the scores."""

from __future__ import annotations

from numpy.typing import ArrayLike
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, roc_auc_score

from graphforensics.metrics._checks import Labels, Scores, checked, has_both_classes


def auc(labels: ArrayLike, scores: ArrayLike) -> float:
    r"""Area under the ROC curve: how often a fake scores higher than a real.

    .. math:: \mathrm{AUC} = P(s_{fake} > s_{real}) + \tfrac12 P(s_{fake} = s_{real})

    Args:
        labels: 1 for fake, 0 for real, ``[n]``.
        scores: Higher is more likely fake; logits or probabilities, ``[n]``.

    Returns:
        A number in [0, 1]; ``nan`` where one class is missing.

    Raises:
        ValueError: Shapes differ, a label is not 0 or 1, or a score is not finite.

    Example:
        >>> auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
        0.75
    """
    marks, values = checked(labels, scores)
    if not has_both_classes(marks):
        return float("nan")
    return float(roc_auc_score(marks, values))


def rank_auc(labels: Labels, scores: Scores) -> float:
    r"""Compute :func:`auc` from mid-ranks and without checks, for loops over many samples.

    .. math:: \mathrm{AUC} = \frac{1}{n} \left( \bar R_{fake} - \frac{m + 1}{2} \right)

    with the mean rank of the m fakes among all and n reals.

    Args:
        labels: As ``int64`` zeros and ones, ``[n]``; not checked.
        scores: As finite ``float64``, ``[n]``; not checked.

    Returns:
        What :func:`auc` returns, up to rounding.

    Example:
        >>> import numpy as np
        >>> rank_auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
        0.75
    """
    fakes = int(labels.sum())
    reals = len(labels) - fakes
    if not fakes or not reals:
        return float("nan")
    total = float(rankdata(scores)[labels == 1].sum())
    return (total - fakes * (fakes + 1) / 2) / (fakes * reals)


def average_precision(labels: ArrayLike, scores: ArrayLike) -> float:
    r"""Mean precision over the recalls of the fakes, as a step sum without interpolation.

    .. math:: \mathrm{AP} = \sum_n (R_n - R_{n-1}) P_n

    Unlike the AUC it depends on the share of fakes, which is its value for random scores.

    Args:
        labels: 1 for fake, 0 for real, ``[n]``.
        scores: Higher is more likely fake, ``[n]``.

    Returns:
        A number in [0, 1]; ``nan`` where one class is missing.

    Raises:
        ValueError: Shapes differ, a label is not 0 or 1, or a score is not finite.

    Example:
        >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 4)
        0.8333
    """
    marks, values = checked(labels, scores)
    if not has_both_classes(marks):
        return float("nan")
    return float(average_precision_score(marks, values))

"""Whether a probability of 0.8 is right four times out of five."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import brier_score_loss

from graphforensics.metrics._checks import Scores, checked

Binning = Literal["width", "count"]


def brier_score(labels: ArrayLike, probabilities: ArrayLike) -> float:
    r"""Mean squared distance of the probability from what was the case.

    .. math:: \mathrm{BS} = \frac1n \sum_i (p_i - y_i)^2

    Args:
        labels: 1 for fake, 0 for real, ``[n]``.
        probabilities: Probability of fake, ``[n]``.

    Returns:
        A number in [0, 1], 0.25 for a constant 0.5; ``nan`` where there is no sample.

    Raises:
        ValueError: Shapes differ, a label is not 0 or 1, or a probability is not in [0, 1].

    Source:
        G. W. Brier, Verification of forecasts expressed in terms of probability, 1950.

    Example:
        >>> round(brier_score([0, 1], [0.1, 0.8]), 3)
        0.025
    """
    marks, values = _probabilities(labels, probabilities)
    if not len(marks):
        return math.nan
    return float(brier_score_loss(marks, values, pos_label=1))


def calibration_error(
    labels: ArrayLike,
    probabilities: ArrayLike,
    bins: int = 15,
    binning: Binning = "width",
) -> float:
    r"""Expected calibration error: how far the probability of fake is from the share of fakes.

    .. math:: \mathrm{ECE} = \sum_{b=1}^{B} \frac{n_b}{n} \left| \frac{1}{n_b} \sum_{i \in b} y_i
        - \frac{1}{n_b} \sum_{i \in b} p_i \right|

    The probability is that of fake, not that of the likelier class. Bins of equal width are
    :math:`[0, 1/B), [1/B, 2/B), \dots, [(B-1)/B, 1]`; an empty one adds nothing. Bins of equal
    count cut the sorted probabilities into B parts whose sizes differ by one at most. The error
    is biased upwards where bins hold few samples: compare it between equal samples only.

    Args:
        labels: 1 for fake, 0 for real, ``[n]``.
        probabilities: Probability of fake, ``[n]``.
        bins: Number of bins B.
        binning: Bins of equal ``"width"`` or of equal ``"count"``.

    Returns:
        A number in [0, 1]; ``nan`` where there is no sample.

    Raises:
        ValueError: As for :func:`brier_score`, ``bins`` < 1, or ``binning`` is unknown.

    Source:
        M. P. Naeini et al., Obtaining well calibrated probabilities using Bayesian binning,
        AAAI 2015; C. Guo et al., On calibration of modern neural networks, ICML 2017.

    Example:
        >>> round(calibration_error([0, 1, 1, 1], [0.2, 0.9, 0.9, 0.9]), 3)
        0.125
    """
    if bins < 1 or binning not in ("width", "count"):
        raise ValueError(
            f"'bins' must be positive and 'binning' width or count (got {bins} and {binning!r})"
        )
    marks, values = _probabilities(labels, probabilities)
    if not len(marks):
        return math.nan
    place = _places(values, bins, binning)
    excess = np.bincount(place, weights=marks - values, minlength=bins)
    return float(np.abs(excess).sum() / len(marks))


def _places(values: Scores, bins: int, binning: Binning) -> NDArray[np.int64]:
    """Return the number of each probability's bin."""
    if binning == "width":
        edges = np.arange(1, bins) / bins
        wide: NDArray[np.int64] = np.searchsorted(edges, values, side="right").astype(np.int64)
        return wide
    place = np.empty(len(values), dtype=np.int64)
    place[np.argsort(values, kind="stable")] = np.arange(len(values)) * bins // len(values)
    return place


def _probabilities(
    labels: ArrayLike, probabilities: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    marks, values = checked(labels, probabilities)
    wrong = values[(values < 0) | (values > 1)]
    if wrong.size:
        raise ValueError(f"'probabilities' must be in [0, 1] (got {wrong[0]:g})")
    return marks, values

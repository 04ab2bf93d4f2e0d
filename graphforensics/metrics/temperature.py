"""One number that makes logits into probabilities that mean something."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import expit

from graphforensics.metrics._checks import checked, has_both_classes

#: Between these the temperature is sought. Where a sample is told apart without an error, the
#: likelihood grows without end as the temperature falls: the lower bound then is the answer.
BOUNDS = (0.05, 20.0)


def fit_temperature(labels: ArrayLike, logits: ArrayLike) -> float:
    r"""Find the temperature whose probabilities make validation labels most likely.

    .. math:: T = \mathrm{arg}\min_T \; -\frac1n \sum_i
        y_i \log \sigma(z_i / T) + (1 - y_i) \log (1 - \sigma(z_i / T))

    The negative log-likelihood is convex in 1 / T, so that its derivative's only zero is sought.
    The order of the scores, and with it the AUC, does not change. Temperature turns confidence up
    or down; it cannot move a score across 0.5, so that a validation set should have
    the share of fakes that will be met.

    Args:
        labels: 1 for fake, 0 for real, ``[n]``.
        logits: Logits, positive is fake, ``[n]``; of validation samples, not of training ones.

    Returns:
        A number in [0.05, 20], an end of which means that no temperature suits the sample;
        ``nan`` where one class is missing or every logit is 0.

    Raises:
        ValueError: Shapes differ, a label is not 0 or 1, or a logit is not finite.

    Source:
        C. Guo et al., On calibration of modern neural networks, ICML 2017.

    Example:
        >>> round(fit_temperature([0, 0, 0, 1, 1, 1], [-4, -4, 4, -4, 4, 4]), 3)
        5.771
    """
    marks, values = checked(labels, logits)
    if not has_both_classes(marks) or not values.any():
        return math.nan

    def slope(inverse: float) -> float:
        return float(np.mean((expit(inverse * values) - marks) * values))

    low, high = 1 / BOUNDS[1], 1 / BOUNDS[0]
    if slope(low) >= 0:
        return BOUNDS[1]
    if slope(high) <= 0:
        return BOUNDS[0]
    return 1 / float(brentq(slope, low, high, xtol=1e-12))


def log_loss(labels: ArrayLike, logits: ArrayLike, temperature: float = 1.0) -> float:
    r"""Mean negative log-likelihood of labels under logits divided by a temperature.

    .. math:: \frac1n \sum_i \log\left(1 + e^{-(2 y_i - 1) z_i / T}\right)

    Args:
        labels: 1 for fake, 0 for real, ``[n]``.
        logits: Logits, positive is fake, ``[n]``.
        temperature: T, positive.

    Returns:
        A number from 0 on; ``nan`` where there is no sample.

    Raises:
        ValueError: Shapes differ, a label is not 0 or 1, a logit is not finite, or
            ``temperature`` is not positive.

    Example:
        >>> round(log_loss([0, 1], [0.0, 0.0]), 4)
        0.6931
    """
    if not temperature > 0:
        raise ValueError(f"'temperature' must be positive (got {temperature})")
    marks, values = checked(labels, logits)
    if not len(marks):
        return math.nan
    return float(np.mean(np.logaddexp(0.0, (1 - 2 * marks) * values / temperature)))

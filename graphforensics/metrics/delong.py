"""Whether one detector ranks better than another on the same samples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, rankdata

from graphforensics.metrics._checks import Scores, checked, has_both_classes


@dataclass(frozen=True)
class DeLongTest:
    """Two areas under the ROC curve and how likely chance alone puts them this far apart.

    Args:
        first: AUC of the first scores.
        second: AUC of the second scores.
        difference: ``first - second``.
        error: Standard error of the difference.
        z: The difference in standard errors; ``nan`` where the error is 0.
        p: Two-sided p-value; ``nan`` likewise.
        samples: Number of samples that both were measured on.
    """

    first: float
    second: float
    difference: float
    error: float
    z: float
    p: float
    samples: int

    def to_dict(self) -> dict[str, Any]:
        """Return the fields for JSON, with ``None`` for what is undefined."""
        return {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in vars(self).items()
        }


def delong_test(labels: ArrayLike, first: ArrayLike, second: ArrayLike) -> DeLongTest:
    r"""Compare two correlated AUCs, measured on the same samples.

    With :math:`\psi(a, b)` = 1, 1/2 or 0 as a is greater than, equal to or less than b, detector r
    has one structural component for each of the m fakes and of the n reals,

    .. math::
        V^r_{10}(i) = \tfrac1n \sum_j \psi(s^r_i, s^r_j), \quad
        V^r_{01}(j) = \tfrac1m \sum_i \psi(s^r_i, s^r_j)

    and with their covariances :math:`S_{10}` and :math:`S_{01}` over the detectors, and
    :math:`L = (1, -1)`,

    .. math:: z = \frac{\mathrm{AUC}^1 - \mathrm{AUC}^2}
        {\sqrt{L \left( S_{10} / m + S_{01} / n \right) L^T}}

    which is normal under the hypothesis of equal AUCs. The components come from mid-ranks, in
    O(n log n). Samples are taken to be independent: where one person is in several videos, p is
    too small; see :func:`~graphforensics.metrics.bootstrap_difference`.

    Args:
        labels: 1 for fake, 0 for real, ``[n]``.
        first: Scores of one detector, higher is more likely fake, ``[n]``.
        second: Scores of the other, of the same samples in the same order, ``[n]``.

    Returns:
        Both AUCs and the test; all ``nan`` where one class is missing, no p where one class has a
        single sample or the detectors order all samples alike.

    Raises:
        ValueError: Shapes differ, a label is not 0 or 1, or a score is not finite.

    Source:
        E. R. DeLong et al., Comparing the areas under two or more correlated receiver operating
        characteristic curves, Biometrics 44, 1988; X. Sun and W. Xu, Fast implementation of
        DeLong's algorithm, IEEE Signal Processing Letters 21, 2014.

    Example:
        >>> test = delong_test([0, 0, 0, 1, 1, 1], [1, 2, 5, 4, 6, 7], [3, 1, 6, 2, 5, 4])
        >>> round(test.first, 3), round(test.second, 3), round(test.p, 3)
        (0.889, 0.556, 0.083)
    """
    marks, one = checked(labels, first)
    _, other = checked(labels, second)
    if not has_both_classes(marks):
        nan = math.nan
        return DeLongTest(nan, nan, nan, nan, nan, nan, len(marks))
    components = [_components(marks == 1, scores) for scores in (one, other)]
    areas = [float(fakes.mean()) for fakes, _ in components]
    variance = sum(_variance(components[0][part] - components[1][part]) for part in (0, 1))
    difference, error = areas[0] - areas[1], math.sqrt(variance)
    z = difference / error if error > 0 else math.nan
    p = float(2 * norm.sf(abs(z)))
    return DeLongTest(areas[0], areas[1], difference, error, z, p, len(marks))


def _components(fake: NDArray[np.bool_], scores: Scores) -> tuple[Scores, Scores]:
    """Return the structural components of the fakes and of the reals."""
    fakes, reals = int(fake.sum()), int((~fake).sum())
    rank = rankdata(scores)
    # A sample's rank among all less that within its class counts the other class below it.
    above = (rank[fake] - rankdata(scores[fake])) / reals
    below = 1 - (rank[~fake] - rankdata(scores[~fake])) / fakes
    return above, below


def _variance(differences: Scores) -> float:
    """Variance of a mean: L S L^T is the variance of the difference of the components."""
    if len(differences) < 2:
        return math.nan
    return float(differences.var(ddof=1) / len(differences))

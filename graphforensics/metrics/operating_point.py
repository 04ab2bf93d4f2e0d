"""How many fakes are found while few reals are accused."""

from __future__ import annotations

from numpy.typing import ArrayLike
from sklearn.metrics import roc_curve

from graphforensics.metrics._checks import checked, has_both_classes


def tpr_at_fpr(labels: ArrayLike, scores: ArrayLike, fpr: float = 0.01) -> float:
    r"""Share of fakes found at the best threshold that accuses at most ``fpr`` of the reals.

    .. math:: \max_t \mathrm{TPR}(t) \quad \text{with} \quad \mathrm{FPR}(t) \le \mathrm{fpr}

    Only thresholds that the sample has count: points of the curve are not joined by lines. With
    fewer than 1 / ``fpr`` reals that means without a single false alarm.

    Args:
        labels: 1 for fake, 0 for real, ``[n]``.
        scores: Higher is more likely fake, ``[n]``.
        fpr: Largest share of the reals that may be called fake.

    Returns:
        A number in [0, 1]; ``nan`` where one class is missing.

    Raises:
        ValueError: Shapes differ, a label is not 0 or 1, a score is not finite, or ``fpr`` is not
            in [0, 1].

    Example:
        >>> tpr_at_fpr([0, 0, 0, 0, 1, 1], [0.1, 0.2, 0.3, 0.7, 0.6, 0.9], fpr=0.05)
        0.5
    """
    if not 0 <= fpr <= 1:
        raise ValueError(f"'fpr' must be in [0, 1] (got {fpr})")
    marks, values = checked(labels, scores)
    if not has_both_classes(marks):
        return float("nan")
    false_alarm, found, _ = roc_curve(marks, values, drop_intermediate=False)
    return float(found[false_alarm <= fpr].max())

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss as log_loss_of_probabilities

from graphforensics.metrics import auc, fit_temperature, log_loss


def overconfident(seed: int, factor: float) -> tuple[np.ndarray, np.ndarray]:
    """Labels drawn from the logits themselves, which are then multiplied by a factor."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, 400)
    labels = (rng.uniform(size=400) < 1 / (1 + np.exp(-logits))).astype(int)
    return labels, factor * logits


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("seed", range(3))
def test_against_a_general_minimiser(seed: int, factor: float) -> None:
    labels, logits = overconfident(seed, factor)

    def loss(logarithm: float) -> float:
        scaled = logits / math.exp(logarithm)
        return float(np.mean(np.logaddexp(0, np.where(labels == 1, -scaled, scaled))))

    wanted = math.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x)
    found = fit_temperature(labels, logits)
    assert found == pytest.approx(wanted, rel=1e-3)
    assert found == pytest.approx(factor, rel=0.25)


def test_the_likelihood_gains_and_the_order_stays() -> None:
    labels, logits = overconfident(5, 6.0)
    found = fit_temperature(labels, logits)
    assert log_loss(labels, logits, found) < log_loss(labels, logits)
    assert auc(labels, logits / found) == auc(labels, logits)


def test_log_loss_agrees_with_scikit_learn() -> None:
    labels, logits = overconfident(1, 1.0)
    wanted = log_loss_of_probabilities(labels, 1 / (1 + np.exp(-logits / 2)))
    assert log_loss(labels, logits, 2.0) == pytest.approx(wanted, rel=1e-12)
    assert log_loss([1, 0], [800.0, 800.0]) == pytest.approx(400.0)


def test_a_sample_without_errors_ends_at_the_bound() -> None:
    assert fit_temperature([0, 0, 1, 1], [-2, -1, 1, 2]) == 0.05
    assert fit_temperature([1, 1, 0, 0], [-2, -1, 1, 2]) == 20.0


@pytest.mark.parametrize(("labels", "logits"), [([], []), ([1, 1], [0.5, 2]), ([0, 1], [0.0, 0.0])])
def test_undefined(labels: list[int], logits: list[float]) -> None:
    assert math.isnan(fit_temperature(labels, logits))


def test_wrong_temperature() -> None:
    with pytest.raises(ValueError, match=r"'temperature' must be positive .got 0"):
        log_loss([0], [1.0], 0)
    assert math.isnan(log_loss([], []))

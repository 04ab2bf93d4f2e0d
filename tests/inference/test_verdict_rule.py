"""Words that never contradict the number, from one rule."""

from __future__ import annotations

import math

import numpy as np
import pytest

from graphforensics.inference import VerdictRule, verdict_rule
from graphforensics.inference.verdict_rule import is_calibrated
from graphforensics.models import MRL, Calibration

ENOUGH = {"real_videos": 20, "fake_videos": 20}


@pytest.fixture
def model(tiny_model: MRL) -> MRL:
    yield tiny_model
    tiny_model.calibration = None


def test_words_are_in_the_order_of_the_probability() -> None:
    rule = VerdictRule(0.5, 0.4, 0.6)
    words = [rule.word(value) for value in (0.0, 0.399, 0.4, 0.5, 0.599, 0.6, 1.0)]
    assert words == ["not forged"] * 2 + ["inconclusive"] * 3 + ["forged"] * 2


def test_without_a_calibration_the_odds_must_be_two_to_one(model: MRL) -> None:
    rule = verdict_rule(model)
    assert (rule.threshold, rule.origin, rule.calibrated) == (0.5, "default", False)
    assert (rule.low, rule.high) == pytest.approx((1 / 3, 2 / 3))
    assert "uncalibrated" in rule.line()
    assert "not learned from validation data" in rule.line()


@pytest.mark.parametrize("threshold", [0.01, 0.3, 0.5, 0.9])
def test_a_given_threshold_has_the_band_of_twice_and_half_its_odds(
    model: MRL, threshold: float
) -> None:
    rule = verdict_rule(model, threshold)
    odds = threshold / (1 - threshold)
    for value, factor in ((rule.low, 0.5), (rule.high, 2)):
        assert value / (1 - value) == pytest.approx(factor * odds)
    assert rule.origin == "given"


def test_a_learned_threshold_brings_its_band(model: MRL) -> None:
    model.calibration = Calibration(2.0, {"mean": 0.3}, about=ENOUGH, bands={"mean": (0.2, 0.5)})
    rule = verdict_rule(model)
    assert (rule.threshold, rule.low, rule.high) == (0.3, 0.2, 0.5)
    assert (rule.origin, rule.calibrated) == ("validation", True)
    assert verdict_rule(model, 0.5).low == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "about", [{"videos": 2}, {"real_videos": 19, "fake_videos": 300}, {"videos": 39}]
)
def test_a_threshold_from_too_few_videos_does_not_count(model: MRL, about: dict[str, int]) -> None:
    """As earlier versions wrote them: two videos gave "likely forged (probability 0.481)"."""
    model.calibration = Calibration(2.0, {"mean": 0.47}, about=about)
    rule = verdict_rule(model)
    assert (rule.threshold, rule.origin) == (0.5, "default")
    assert rule.word(0.481) == "inconclusive"


def test_a_calibration_that_was_not_fitted_is_called_uncalibrated(model: MRL) -> None:
    about = {**ENOUGH, "fitted": False}
    model.calibration = Calibration(1.0, {"mean": 0.6}, about=about)
    assert not is_calibrated(model)
    rule = verdict_rule(model)
    assert (rule.threshold, rule.calibrated) == (0.6, False)
    assert "uncalibrated" in rule.line()


def test_thresholds_at_the_ends_have_a_band(model: MRL) -> None:
    for threshold in (0.0, 1.0, float(np.nextafter(1.0, 2.0)), 5e-324):
        model.calibration = Calibration(1.0, {"mean": threshold}, about=ENOUGH)
        rule = verdict_rule(model)
        assert rule.low <= rule.threshold <= rule.high
        assert math.isfinite(rule.high)


@pytest.mark.parametrize("threshold", [0.0, 1.0, -1.0, float("nan")])
def test_senseless_thresholds_are_refused(model: MRL, threshold: float) -> None:
    with pytest.raises(ValueError, match="'threshold' must be in"):
        verdict_rule(model, threshold)

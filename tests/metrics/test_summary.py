import json
import math

import pytest

from graphforensics.metrics import defined, format_figure, summary


def test_all_figures_by_hand() -> None:
    figures = summary([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    assert figures == {
        "samples": 4,
        "real": 2,
        "fake": 2,
        "auc": pytest.approx(0.75),
        "average_precision": pytest.approx(5 / 6),
        "equal_error_rate": pytest.approx(0.5),
        "accuracy": pytest.approx(0.75),
        "threshold": 0.5,
        # At no false alarm the threshold is 0.8, and one of two fakes is found.
        "tpr_at_fpr_1": pytest.approx(0.5),
        "tpr_at_fpr_5": pytest.approx(0.5),
        "brier_score": pytest.approx((0.1**2 + 0.4**2 + 0.65**2 + 0.2**2) / 4),
        # Bins of 1/15: 0.1 alone, 0.4 alone, 0.35 alone, 0.8 alone.
        "calibration_error": pytest.approx((0.1 + 0.4 + 0.65 + 0.2) / 4),
    }


def test_logits_have_an_order_but_no_calibration() -> None:
    figures = summary([0, 1], [-1.0, 3.0])
    assert figures["auc"] == 1.0
    assert figures["brier_score"] is figures["calibration_error"] is None


def test_one_class_is_null_in_strict_json() -> None:
    figures = json.loads(json.dumps(summary([1, 1], [0.2, 0.9]), allow_nan=False))
    assert figures["auc"] is figures["average_precision"] is figures["equal_error_rate"] is None
    assert (figures["accuracy"], figures["fake"], figures["real"]) == (0.5, 2, 0)


def test_no_sample() -> None:
    figures = summary([], [])
    assert figures["samples"] == 0
    assert figures["accuracy"] is None


def test_defined() -> None:
    assert defined(0.25) == 0.25
    assert defined(math.nan) is None


def test_printed() -> None:
    assert format_figure(0.98765) == "0.988"
    assert format_figure(0.98765, digits=1) == "1.0"
    assert format_figure(None) == format_figure(math.nan) == "undefined"

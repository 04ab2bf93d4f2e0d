"""Figures of merit, each computed once over all scores in float64 with scikit-learn.

Labels are 1 for fake and 0 for real; a higher score means "more likely fake".
Where a figure is not defined (one class only, no sample) a function gives
``nan``, a summary gives ``None``, and :func:`format_figure` prints "undefined".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.metrics.bootstrap import (
        BootstrapInterval,
        bootstrap_difference,
        bootstrap_interval,
    )
    from graphforensics.metrics.calibration import brier_score, calibration_error
    from graphforensics.metrics.delong import DeLongTest, delong_test
    from graphforensics.metrics.error_rate import equal_error_rate
    from graphforensics.metrics.inconclusive_band import (
        LEAST_VIDEOS,
        default_band,
        inconclusive_band,
    )
    from graphforensics.metrics.operating_point import tpr_at_fpr
    from graphforensics.metrics.ranking import auc, average_precision
    from graphforensics.metrics.summary import defined, format_figure, summary
    from graphforensics.metrics.temperature import fit_temperature, log_loss
    from graphforensics.metrics.threshold import accuracy, balanced_accuracy, best_threshold
    from graphforensics.metrics.video_scores import VIDEO_RULES, VideoRule, VideoScore, video_scores

__all__ = [
    "LEAST_VIDEOS",
    "VIDEO_RULES",
    "BootstrapInterval",
    "DeLongTest",
    "VideoRule",
    "VideoScore",
    "accuracy",
    "auc",
    "average_precision",
    "balanced_accuracy",
    "best_threshold",
    "bootstrap_difference",
    "bootstrap_interval",
    "brier_score",
    "calibration_error",
    "default_band",
    "defined",
    "delong_test",
    "equal_error_rate",
    "fit_temperature",
    "format_figure",
    "inconclusive_band",
    "log_loss",
    "summary",
    "tpr_at_fpr",
    "video_scores",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "bootstrap": "BootstrapInterval bootstrap_difference bootstrap_interval",
        "calibration": "brier_score calibration_error",
        "delong": "DeLongTest delong_test",
        "error_rate": "equal_error_rate",
        "summary": "defined format_figure summary",
        "inconclusive_band": "LEAST_VIDEOS default_band inconclusive_band",
        "operating_point": "tpr_at_fpr",
        "ranking": "auc average_precision",
        "temperature": "fit_temperature log_loss",
        "threshold": "accuracy balanced_accuracy best_threshold",
        "video_scores": "VIDEO_RULES VideoRule VideoScore video_scores",
    },
)

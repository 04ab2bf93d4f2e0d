"""Figures of merit, each computed once over all scores in float64 with scikit-learn.

Labels are 1 for fake and 0 for real; a higher score means "more likely fake".
Where a figure is not defined (one class only, no sample) a function gives
``nan``, a summary gives ``None``, and :func:`format_figure` prints "undefined".
"""

from graphforensics.metrics.bootstrap import BootstrapInterval, bootstrap_interval
from graphforensics.metrics.error_rate import equal_error_rate
from graphforensics.metrics.figures import defined, format_figure, summary
from graphforensics.metrics.ranking import auc, average_precision
from graphforensics.metrics.threshold import accuracy, balanced_accuracy, best_threshold
from graphforensics.metrics.video import VideoScore, video_scores

__all__ = [
    "BootstrapInterval",
    "VideoScore",
    "accuracy",
    "auc",
    "average_precision",
    "balanced_accuracy",
    "best_threshold",
    "bootstrap_interval",
    "defined",
    "equal_error_rate",
    "format_figure",
    "summary",
    "video_scores",
]

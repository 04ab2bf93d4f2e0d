"""Two detectors under one condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphforensics.evaluation.protocol.cell import labels_and_scores
from graphforensics.evaluation.protocol.score_row import ScoreRow
from graphforensics.metrics import (
    BootstrapInterval,
    DeLongTest,
    bootstrap_difference,
    delong_test,
)
from graphforensics.metrics.ranking import rank_auc


@dataclass(frozen=True)
class Comparison:
    """How much better one detector is than another on the videos that both have scored.

    Args:
        first: Name of one detector.
        second: Name of the other.
        condition: Name of the condition.
        test: DeLong's test, which takes videos to be independent.
        interval: Bootstrap interval of the difference of AUCs, which draws groups of people.
    """

    first: str
    second: str
    condition: str
    test: DeLongTest
    interval: BootstrapInterval

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a dictionary that JSON takes."""
        return {
            "first": self.first,
            "second": self.second,
            "condition": self.condition,
            "delong": self.test.to_dict(),
            "difference_interval": self.interval.to_dict(),
        }


def compare(
    condition: str, one: Sequence[ScoreRow], other: Sequence[ScoreRow]
) -> Comparison | None:
    """Compare two detectors' rows under one condition; ``None`` without a common video.

    Args:
        condition: Its name.
        one: Rows of one detector.
        other: Rows of the other.
    """
    there = {row.key: row for row in other if row.scored}
    pairs = [(row, there[row.key]) for row in one if row.scored and row.key in there]
    if not pairs:
        return None
    first, second = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    marks, scores = labels_and_scores(first)
    _, others = labels_and_scores(second)
    groups = [row.group for row in first]
    head = first[0]
    interval = bootstrap_difference(
        rank_auc, marks, scores, others, groups, n=head.resamples, seed=head.seed
    )
    test = delong_test(marks, scores, others)
    return Comparison(head.model, second[0].model, condition, test, interval)

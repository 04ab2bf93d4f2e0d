"""What tables of scores came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphforensics._csv import csv_text
from graphforensics._text import shown
from graphforensics.evaluation.scores.expected import ExpectedVideo
from graphforensics.evaluation.scores.scored_videos import ScoredVideos
from graphforensics.metrics.bootstrap import BootstrapInterval
from graphforensics.metrics.delong import DeLongTest
from graphforensics.metrics.summary import format_figure

_FIGURES = {
    "auc": "AUC",
    "average_precision": "AP",
    "equal_error_rate": "EER",
    "accuracy": "accuracy",
    "tpr_at_fpr_1": "TPR at 1 % FPR",
    "tpr_at_fpr_5": "at 5 %",
    "brier_score": "Brier",
    "calibration_error": "ECE",
}
_NAMED = 5
_COLUMNS = ("detector", "dataset", "manipulation", "quality", "video", "label", "score", "status")


@dataclass(frozen=True)
class ScoredTable:
    """One detector's figures.

    Args:
        name: Of the detector.
        scored: What its table says of the expected videos.
        figures: :func:`graphforensics.metrics.summary` of the videos with a score.
        interval: Bootstrap interval of the AUC over groups of people.
        bounds: The AUC if every video without a score were ranked as wrong, and as right, as can
            be; ``None`` where it is undefined.
    """

    name: str
    scored: ScoredVideos
    figures: dict[str, float | int | None]
    interval: BootstrapInterval
    bounds: tuple[float | None, float | None]


@dataclass(frozen=True)
class ScoresComparison:
    """Two detectors on the videos that both have scored.

    Args:
        first: Name of one.
        second: Name of the other.
        test: DeLong's test.
        interval: Bootstrap interval of the difference of AUCs, pairs kept, groups of people drawn.
    """

    first: str
    second: str
    test: DeLongTest
    interval: BootstrapInterval


@dataclass(frozen=True)
class ScoresReport:
    """Figures of one or more detectors, and how much of the data they cover.

    Args:
        expected: The videos that should have a score.
        places: Names of the columns that tell videos of one name apart.
        tables: A detector each.
        comparisons: Every pair of detectors with a common video.
    """

    expected: Sequence[ExpectedVideo]
    places: tuple[str, ...]
    tables: list[ScoredTable]
    comparisons: list[ScoresComparison]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a dictionary that JSON takes; undefined figures are ``None``."""
        return {
            "expected": len(self.expected),
            "detectors": {table.name: self._table(table) for table in self.tables},
            "comparisons": [
                {
                    "first": pair.first,
                    "second": pair.second,
                    "delong": pair.test.to_dict(),
                    "difference_interval": pair.interval.to_dict(),
                }
                for pair in self.comparisons
            ],
        }

    def lines(self) -> list[str]:
        """Return the figures as lines of text."""
        lines = []
        for table in self.tables:
            lines += self._lines(table)
        for pair in self.comparisons:
            lines.append(
                f"{pair.first} less {pair.second}, {pair.test.samples} videos of both: AUC "
                f"{pair.interval} (bootstrap over {pair.interval.groups} people), "
                f"DeLong p {format_figure(pair.test.p)}"
            )
        return lines

    def csv(self) -> str:
        """Return every expected video's score by every detector; those without one are empty."""
        rows = []
        for table in self.tables:
            failed = set(table.scored.failed)
            for number, video in enumerate(self.expected):
                score = table.scored.scores.get(number)
                without = "failed" if number in failed else "missing"
                values = dict(zip(self.places, video.place, strict=True))
                values |= {"detector": table.name, "video": video.name, "label": video.label}
                status = without if score is None else "ok"
                rows.append({**values, "score": score, "status": status})
        return csv_text(_COLUMNS, rows)

    def _table(self, table: ScoredTable) -> dict[str, Any]:
        names = [video.name for video in self.expected]
        scored = table.scored
        return {
            "video": {**table.figures, "auc_interval": table.interval.to_dict()},
            "auc_bounds": list(table.bounds),
            "coverage": {
                "expected": len(names),
                "scored": len(scored.scores),
                "missing": len(scored.missing),
                "failed": len(scored.failed),
                "unexpected": len(scored.unexpected),
            },
            "missing": [names[number] for number in scored.missing],
            "failed": [names[number] for number in scored.failed],
            "unexpected": scored.unexpected,
        }

    def _lines(self, table: ScoredTable) -> list[str]:
        figures, scored, interval = table.figures, table.scored, table.interval
        told = ", ".join(f"{word} {format_figure(figures[key])}" for key, word in _FIGURES.items())
        lines = [
            f"{table.name}: {len(self.expected)} videos expected, {len(scored.scores)} scored, "
            f"{len(scored.missing)} missing, {len(scored.failed)} failed",
            f"{figures['samples']} videos ({figures['real']} real, {figures['fake']} fake): {told}",
            f"AUC {interval}, {interval.level:.0%} bootstrap over {interval.groups} people; "
            f"accuracy at threshold {figures['threshold']:.4g}",
        ]
        without = len(scored.missing) + len(scored.failed)
        if without:
            low, high = map(format_figure, table.bounds)
            lines.append(
                f"WARNING: {without} videos have no score and are in none of these figures; "
                f"whatever their scores were, the AUC would be between {low} and {high}"
            )
        for word, numbers in (("missing", scored.missing), ("failed", scored.failed)):
            lines += _named(word, [self.expected[number].name for number in numbers])
        lines += _named("not expected, left out", scored.unexpected)
        if (figures["auc"] or 1) < 0.5:
            lines.append("note: the AUC is below 0.5: is '--polarity' right?")
        return lines


def _named(word: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return [f"{word}: {', '.join(map(shown, names[:_NAMED]))}{rest}"]

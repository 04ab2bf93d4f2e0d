"""Figures of anybody's detector, from a table of its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

from graphforensics.errors import MissingDataError
from graphforensics.evaluation.scores.expected import ExpectedVideo, expected_videos
from graphforensics.evaluation.scores.score_table import PLACE_COLUMNS, read_video_table
from graphforensics.evaluation.scores.scored_videos import (
    Polarity,
    ScoredVideos,
    scored_videos,
    turned,
)
from graphforensics.evaluation.scores.scores_report import (
    ScoredTable,
    ScoresComparison,
    ScoresReport,
)
from graphforensics.metrics.bootstrap import bootstrap_difference, bootstrap_interval
from graphforensics.metrics.delong import delong_test
from graphforensics.metrics.ranking import auc, rank_auc
from graphforensics.metrics.summary import defined, summary
from graphforensics.metrics.video_scores import VideoRule
from graphforensics.store.columns import label_number


def evaluate_scores(
    tables: Mapping[str, str | Path],
    *,
    labels: str | Path | None = None,
    split: str | Path | None = None,
    part: str | None = None,
    polarity: Polarity = "fake",
    how: VideoRule = "mean",
    threshold: float | None = None,
    seed: int = 0,
    resamples: int = 1000,
) -> ScoresReport:
    """Compute the figures of detectors whose scores are in tables, and compare them.

    Args:
        tables: Name of the detector -> CSV with ``video`` and ``score``, perhaps ``label``,
            ``identity``, ``dataset``, ``manipulation``, ``quality``, ``split``, ``status``. Several
            rows of a video, of its frames say, are joined.
        labels: CSV with ``video`` and ``label``: the videos that are expected.
        split: A run's ``split.json``, whose part is what is expected, or ``"official"`` for the
            column ``split``. Without both, what any of the tables names is expected.
        part: Part of the split, ``"test"`` by default.
        polarity: Which end of the scores is high.
        how: How the rows of a video are joined.
        threshold: Scores from here on are fake (with polarity ``"real"``: down from here), for the
            accuracy; by default 0.5 where all scores are in [0, 1], else 0.
        seed: Seed of the bootstrap.
        resamples: Its resamples.

    Returns:
        The figures, comparisons and coverage. Videos without a score are counted, named, and in no
        figure.

    Raises:
        MissingDataError: A table cannot be read or does not fit, or there is no score.
        ValueError: An argument does not fit.

    Example:
        >>> evaluate_scores({"theirs": "theirs.csv"}).lines()  # doctest: +SKIP
    """
    if polarity not in ("fake", "real"):
        raise ValueError(f"'polarity' must be 'fake' or 'real' (got {polarity!r})")
    if part is not None and split is None:
        raise ValueError(f"'part' is {part!r}, but no 'split' says who is in it")
    read = {name: read_video_table(path, "score") for name, path in tables.items()}
    if not read:
        raise ValueError("'tables' must name at least one table")
    expected, places = expected_videos(list(read.values()), labels, split, part)
    found = {
        name: scored_videos(table, expected, places, polarity, how) for name, table in read.items()
    }
    for name, scored in found.items():
        if not scored.scores:
            raise MissingDataError(
                f"{tables[name]}: scores none of the {len(expected)} videos expected, "
                f"among them {expected[0].name}"
            )
    return ScoresReport(
        expected=expected,
        places=tuple(PLACE_COLUMNS[number] for number in places),
        tables=[
            _measured(name, scored, expected, polarity, threshold, seed, resamples)
            for name, scored in found.items()
        ],
        comparisons=[
            pair
            for one, other in combinations(found, 2)
            if (pair := _compared(one, other, found, expected, seed, resamples)) is not None
        ],
    )


def _measured(
    name: str,
    scored: ScoredVideos,
    expected: Sequence[ExpectedVideo],
    polarity: Polarity,
    threshold: float | None,
    seed: int,
    resamples: int,
) -> ScoredTable:
    numbers = list(scored.scores)
    marks, scores = _marks(expected, numbers), list(scored.scores.values())
    if threshold is None:
        limit = 0.5 if scored.probable else 0.0
    else:
        limit = turned(threshold, polarity, scored.probable)
    groups = [expected[number].group for number in numbers]
    interval = bootstrap_interval(rank_auc, marks, scores, groups, n=resamples, seed=seed)
    bounds = _bounds(expected, scored)
    return ScoredTable(name, scored, summary(marks, scores, limit), interval, bounds)


def _compared(
    one: str,
    other: str,
    found: Mapping[str, ScoredVideos],
    expected: Sequence[ExpectedVideo],
    seed: int,
    resamples: int,
) -> ScoresComparison | None:
    first, second = found[one].scores, found[other].scores
    both = [number for number in first if number in second]
    if not both:
        return None
    marks = _marks(expected, both)
    ones, others = [first[number] for number in both], [second[number] for number in both]
    groups = [expected[number].group for number in both]
    interval = bootstrap_difference(rank_auc, marks, ones, others, groups, n=resamples, seed=seed)
    return ScoresComparison(one, other, delong_test(marks, ones, others), interval)


def _bounds(
    expected: Sequence[ExpectedVideo], scored: ScoredVideos
) -> tuple[float | None, float | None]:
    """Return the AUC with all that has no score at the wrong end, and at the right one."""
    marks = _marks(expected, range(len(expected)))
    low, high = min(scored.scores.values()) - 1, max(scored.scores.values()) + 1
    worst = [scored.scores.get(n, low if mark else high) for n, mark in enumerate(marks)]
    best = [scored.scores.get(n, high if mark else low) for n, mark in enumerate(marks)]
    return defined(auc(marks, worst)), defined(auc(marks, best))


def _marks(expected: Sequence[ExpectedVideo], numbers: Sequence[int]) -> list[int]:
    return [label_number(expected[number].label) for number in numbers]

"""What a protocol came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

from graphforensics.evaluation.protocol.cell import Cell, measure
from graphforensics.evaluation.protocol.comparison import Comparison, compare
from graphforensics.evaluation.protocol.conditions import conditions
from graphforensics.evaluation.protocol.markdown import markdown
from graphforensics.evaluation.protocol.score_row import ScoreRow, read_scores, scores_csv


@dataclass(frozen=True)
class ProtocolReport:
    """Every video's score under every condition, and the figures that follow from them.

    Args:
        rows: Every score.
        about: What repeats the run: detectors, data, settings, as JSON holds them.
    """

    rows: Sequence[ScoreRow]
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def protocol(self) -> str:
        """One of :data:`PROTOCOLS`."""
        return self.rows[0].protocol

    @property
    def models(self) -> list[str]:
        """Names of the detectors."""
        return list(dict.fromkeys(row.model for row in self.rows))

    @cached_property
    def cells(self) -> list[Cell]:
        """Figures of every detector under every condition."""
        return [
            measure(name, rows)
            for model in self.models
            for name, rows in self._conditions[model].items()
        ]

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """Every pair of detectors under every condition that both were measured under."""
        found = [
            compare(name, rows, self._conditions[second][name])
            for first, second in combinations(self.models, 2)
            for name, rows in self._conditions[first].items()
            if name in self._conditions[second]
        ]
        return [comparison for comparison in found if comparison is not None]

    @property
    def unplaced(self) -> int:
        """Number of files without a score of which not even the condition is known."""
        placed = {
            id(row) for parts in self._conditions.values() for r in parts.values() for row in r
        }
        return sum(id(row) not in placed for row in self.rows)

    @cached_property
    def _conditions(self) -> dict[str, dict[str, list[ScoreRow]]]:
        return {
            model: conditions([row for row in self.rows if row.model == model])
            for model in self.models
        }

    def csv(self) -> str:
        """Return the table of every video's score, from which the others can be recomputed."""
        return scores_csv(self.rows)

    def markdown(self) -> str:
        """Return the tables for people."""
        return markdown(self.protocol, self.rows[0], self.cells, self.comparisons, self.unplaced)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the scores as a dictionary that JSON takes."""
        return {
            "protocol": self.protocol,
            **self.about,
            "files_without_score_or_condition": self.unplaced,
            "cells": [cell.to_dict() for cell in self.cells],
            "comparisons": [comparison.to_dict() for comparison in self.comparisons],
        }


def table_from_scores(path: str | Path) -> str:
    """Compute a protocol's Markdown tables again from its table of scores.

    Args:
        path: ``scores.csv``.

    Raises:
        MissingDataError: It cannot be read, or is no such table.
    """
    return ProtocolReport(read_scores(path)).markdown()

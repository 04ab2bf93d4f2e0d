"""How far the scores of several samples lie apart."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Number, standard deviation and range of scores.

    Args:
        samples: Number of scores.
        sd: Their standard deviation, over ``samples - 1``; ``None`` for a single one.
        min: The smallest.
        max: The largest.
    """

    samples: int
    sd: float | None
    min: float
    max: float

    @classmethod
    def of(cls, scores: Sequence[float]) -> Spread:
        """Measure scores.

        Example:
            >>> Spread.of([0.25, 0.75])
            Spread(samples=2, sd=0.3535533905932738, min=0.25, max=0.75)
        """
        sd = statistics.stdev(scores) if len(scores) > 1 else None
        return cls(len(scores), sd, min(scores), max(scores))

    def line(self, word: str) -> str:
        """Tell it in words; ``word`` names one sample."""
        if self.sd is None:
            return f"1 {word}"
        return f"{self.samples} {word}s: sd {self.sd:.3f}, from {self.min:.3f} to {self.max:.3f}"

"""From a probability to a word: the one place where the rule stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from graphforensics.metrics.inconclusive_band import default_band
from graphforensics.models.detector import Detector

VerdictWord = Literal["forged", "inconclusive", "not forged"]
ThresholdOrigin = Literal["given", "validation", "default"]

FORGED: VerdictWord = "forged"
INCONCLUSIVE: VerdictWord = "inconclusive"
NOT_FORGED: VerdictWord = "not forged"

#: Where nothing was learned from validation data.
DEFAULT_THRESHOLD = 0.5


@dataclass(frozen=True)
class VerdictRule:
    """What a probability of fake is called.

    ``"forged"`` from ``high`` on, ``"not forged"`` below ``low``, ``"inconclusive"`` between. The
    threshold lies in the band, so that no word is on the wrong side of it.

    Args:
        threshold: What the band lies around.
        low: The first probability that is inconclusive.
        high: The first that is called forged.
        origin: Whether the threshold was ``"given"``, learned from ``"validation"`` data, or is
            the ``"default"``.
        calibrated: Whether a temperature was fitted; without one a probability is but a score.

    Example:
        >>> rule = VerdictRule(0.5, 0.4, 0.6)
        >>> rule.word(0.39), rule.word(0.4), rule.word(0.6)
        ('not forged', 'inconclusive', 'forged')
    """

    threshold: float
    low: float
    high: float
    origin: ThresholdOrigin = "default"
    calibrated: bool = False

    def word(self, probability: float) -> VerdictWord:
        """Name a probability."""
        if probability >= self.high:
            return FORGED
        return NOT_FORGED if probability < self.low else INCONCLUSIVE

    def line(self) -> str:
        """Say the rule in one line."""
        origins = {
            "given": "as given",
            "validation": "learned from validation data",
            "default": "not learned from validation data",
        }
        known = "calibrated" if self.calibrated else "uncalibrated: the probability is but a score"
        return (
            f"{FORGED} from {self.high:.3g} on, {NOT_FORGED} below {self.low:.3g}, {INCONCLUSIVE} "
            f"between; threshold {self.threshold:.3g}, {origins[self.origin]}; {known}"
        )


def verdict_rule(
    model: Detector, threshold: float | None = None, level: str = "mean"
) -> VerdictRule:
    """Return the rule of a detector: what its calibration learned, else the documented default.

    Args:
        model: The detector.
        threshold: What the user asks for; the band around it is the default one.
        level: How the samples' probabilities were joined.

    Raises:
        ValueError: ``threshold`` is not in (0, 1).
    """
    if threshold is not None and not 0 < threshold < 1:
        raise ValueError(f"'threshold' must be in (0, 1) (got {threshold})")
    limit, origin = chosen_threshold(model, level, threshold)
    known = model.calibration
    learned = known.band(level) if known is not None and origin == "validation" else None
    low, high = learned or default_band(limit)
    return VerdictRule(limit, low, high, origin, is_calibrated(model))


def chosen_threshold(
    model: Detector, level: str, given: float | None = None
) -> tuple[float, ThresholdOrigin]:
    """Return the threshold of a level, and whether it was given, learned or is the default.

    Args:
        model: The detector.
        level: ``"clip"``, or how clips' scores are joined.
        given: What the user asked for.
    """
    if given is not None:
        return given, "given"
    known = None if model.calibration is None else model.calibration.threshold(level)
    return (DEFAULT_THRESHOLD, "default") if known is None else (known, "validation")


def is_calibrated(model: Detector) -> bool:
    """Say whether a temperature was fitted to the detector's scores."""
    return model.calibration is not None and model.calibration.fitted


def known_temperature(model: Detector) -> float | None:
    """Return the temperature that was fitted, ``None`` for an uncalibrated detector."""
    known = model.calibration
    return known.temperature if known is not None and known.fitted else None

"""What detection says of one file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from graphforensics._text import shown
from graphforensics.inference.spread import Spread
from graphforensics.inference.verdict_rule import ThresholdOrigin, VerdictRule, VerdictWord
from graphforensics.metrics.inconclusive_band import default_band


@dataclass(frozen=True)
class SnippetVerdict:
    """The score after one run of frames.

    Args:
        clip: Sample that the run belongs to, from 0.
        start: Time of its first frame in seconds.
        end: Time of its last frame in seconds.
        probability: Probability of fake, read out after this run: of all that the sample has shown
            up to it, so that the last run's value is the sample's. Detectors that do not read
            runs one after another give the sample's value.
    """

    clip: int
    start: float
    end: float
    probability: float


@dataclass(frozen=True)
class FaceFrame:
    """One frame that went into a score.

    Args:
        number: Frame number in presentation order, from 0.
        time: Presentation time in seconds.
        box: Face box ``(x0, y0, x1, y1)`` in pixels of the frame.
    """

    number: int
    time: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class PersonVerdict:
    """What detection says of one person.

    Args:
        person: Identity within the file, counted from 0 in order of appearance.
        probability: Probability of fake, the mean over the samples; ``None`` if the person was
            not seen for long enough.
        seen: Frames, of those looked at, in which the person was seen.
        snippets: The score after every run of frames.
        frames: The frames that went into the score.
        verdict: ``"forged"``, ``"inconclusive"`` or ``"not forged"``; ``None`` without a score.
        logit: Mean of the network's outputs for the samples, before any calibration.
        scores: Probability of fake of every sample.
        spread: Their number, standard deviation and range.
    """

    person: int
    probability: float | None
    seen: int
    snippets: list[SnippetVerdict] = field(default_factory=list)
    frames: list[FaceFrame] = field(default_factory=list)
    verdict: VerdictWord | None = None
    logit: float | None = None
    scores: list[float] = field(default_factory=list)
    spread: Spread | None = None


@dataclass(frozen=True)
class DetectionReport:
    """What detection says of one file.

    Args:
        file: The file, as it was named.
        detector: Name of the detector.
        verdict: ``"forged"``, ``"inconclusive"`` or ``"not forged"``
            (:class:`~graphforensics.inference.VerdictRule`), or why there is none.
        probability: Probability of fake: the highest of the persons', since one forged face makes
            a forged file. ``None`` when no face could be scored; never a guess.
        persons: Every person, the one seen in most frames first.
        frames_looked_at: Frames that were searched for faces.
        frames_without_face: Frames among them in which none was found.
        notes: What to bear in mind, in words.
        threshold: What the band lies around.
        threshold_origin: Whether it was ``"given"``, chosen on ``"validation"`` data, or is the
            ``"default"``.
        temperature: What the logits were divided by, so that the probability means something;
            ``None`` for an uncalibrated detector, whose probability is but a score.
        band: The probabilities from the first up to the second are inconclusive.
        calibrated: Whether a temperature was fitted.
        sample: What a sample is: ``"frame"``, ``"clip"`` or ``"group of frames"``.
        spread: Number and spread of the samples' scores of the face that decides.
    """

    file: str
    detector: str
    verdict: str
    probability: float | None
    persons: list[PersonVerdict]
    frames_looked_at: int
    frames_without_face: int
    notes: list[str]
    threshold: float = 0.5
    threshold_origin: ThresholdOrigin = "default"
    temperature: float | None = None
    band: tuple[float, float] = default_band(0.5)
    calibrated: bool = False
    sample: str = "clip"
    spread: Spread | None = None

    @property
    def rule(self) -> VerdictRule:
        """What the probability was called by."""
        return VerdictRule(self.threshold, *self.band, self.threshold_origin, self.calibrated)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a dictionary that JSON takes."""
        return {**asdict(self), "band": list(self.band)}

    def lines(self) -> list[str]:
        """Return the report as lines of text."""
        score = "" if self.probability is None else f" (probability {self.probability:.3f})"
        looked = (
            f"{self.frames_looked_at} frames looked at, {self.frames_without_face} without a face"
        )
        table = [line for person in self.persons for line in self._person(person)]
        verdict = f"{shown(self.file)}: {self.verdict}{score}"
        judged = [] if self.spread is None else [self.spread.line(self.sample), self.rule.line()]
        return [verdict, *judged, looked, *table, *self.notes]

    def _person(self, person: PersonVerdict) -> list[str]:
        if person.probability is None or person.spread is None:
            return [f"face {person.person}: not scored, seen in {person.seen} frames"]
        lines = [
            f"face {person.person}: {person.verdict}, probability {person.probability:.3f} "
            f"({person.spread.line(self.sample)}), seen in {person.seen} frames"
        ]
        for snippet in person.snippets:
            if snippet.start == snippet.end and len(person.snippets) == 1:
                # A single image has no times to tell.
                continue
            span = f"{snippet.start:8.2f} s to {snippet.end:8.2f} s   score so far"
            if snippet.start == snippet.end:
                span = f"{snippet.start:8.2f} s   score"
            lines.append(f"  {span} {snippet.probability:.3f}")
        return lines

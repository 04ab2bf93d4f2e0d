"""What detection says of one file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


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
    """

    person: int
    probability: float | None
    seen: int
    snippets: list[SnippetVerdict] = field(default_factory=list)
    frames: list[FaceFrame] = field(default_factory=list)


@dataclass(frozen=True)
class DetectionReport:
    """What detection says of one file.

    Args:
        file: The file, as it was named.
        detector: Name of the detector.
        verdict: The result in words.
        probability: Probability of fake: the highest of the persons', since one forged face makes
            a forged file. ``None`` when no face could be scored; never a guess.
        persons: Every person, the one seen in most frames first.
        frames_looked_at: Frames that were searched for faces.
        frames_without_face: Frames among them in which none was found.
        notes: What to bear in mind, in words.
        threshold: Probabilities from here on are called likely forged.
        threshold_origin: Whether it was ``"given"``, chosen on ``"validation"`` data, or is the
            ``"default"``.
        temperature: What the logits were divided by, so that the probability means something;
            ``None`` for a detector that was not calibrated, whose probability is but a score.
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
    threshold_origin: str = "default"
    temperature: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a dictionary that JSON takes."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return the report as lines of text."""
        score = "" if self.probability is None else f" (probability {self.probability:.3f})"
        looked = (
            f"{self.frames_looked_at} frames looked at, {self.frames_without_face} without a face"
        )
        table = [line for person in self.persons for line in _person_lines(person)]
        verdict = f"{self.file}: {self.verdict}{score}"
        judged = [] if self.probability is None else [self._scale()]
        return [verdict, *judged, looked, *table, *self.notes]

    def _scale(self) -> str:
        """Say what the probability was measured against."""
        origin = " (chosen on validation data)" if self.threshold_origin == "validation" else ""
        known = "not calibrated: a score, see 'graphforensics calibrate'"
        if self.temperature is not None:
            known = f"calibrated on validation data, temperature {self.temperature:.3g}"
        return f"called forged from {self.threshold:.3g} on{origin}; {known}"


def _person_lines(person: PersonVerdict) -> list[str]:
    score = "not scored" if person.probability is None else f"probability {person.probability:.3f}"
    lines = [f"face {person.person}: {score}, seen in {person.seen} frames"]
    for snippet in person.snippets:
        if snippet.start == snippet.end and len(person.snippets) == 1:
            # A single image has no times to tell.
            continue
        span = f"{snippet.start:8.2f} s to {snippet.end:8.2f} s"
        lines.append(f"  {span}   score so far {snippet.probability:.3f}")
    return lines

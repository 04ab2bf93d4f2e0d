"""One file, opened once, and every person in it judged once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graphforensics.errors import GraphForensicsError
from graphforensics.inference.detection_report import DetectionReport, FaceFrame, PersonVerdict
from graphforensics.inference.inputs import read_inputs
from graphforensics.inference.notes import CAVEAT
from graphforensics.inference.person_inputs import PersonInputs
from graphforensics.inference.verdict import Verdict, judge
from graphforensics.inference.verdict_rule import VerdictRule, known_temperature, verdict_rule
from graphforensics.models.detector import Detector
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.extraction_report import ExtractionReport

NO_FACE = "no face found"
TOO_SHORT = "no face was seen for long enough to be scored"

_SAMPLES = {"image": "frame", "frames": "group of frames", "clip": "clip"}


@dataclass(frozen=True)
class Examination:
    """What :func:`~graphforensics.inference.detect` reports, and what it rests on.

    Args:
        report: Words and figures.
        verdicts: One a person, in the order of the report's, with graph and heat if asked for.
        rule: What probabilities are called by.
    """

    report: DetectionReport
    verdicts: list[Verdict]
    rule: VerdictRule

    @property
    def worst(self) -> Verdict | None:
        """The verdict that decides, that of the highest probability; ``None`` without a score."""
        scored = [verdict for verdict in self.verdicts if verdict.probability is not None]
        return max(scored, key=lambda verdict: verdict.probability or 0.0, default=None)


def examine(
    path: str | Path,
    model: Detector,
    options: ExtractionOptions | None = None,
    clips: int | None = None,
    threshold: float | None = None,
    *,
    graph: bool = False,
    heat: bool = False,
) -> Examination:
    """Judge every person of a video or an image, and keep what pictures of it need.

    Args:
        path: Video, animation or image.
        model: The detector, on its device.
        options: As for :func:`~graphforensics.inference.detect`, likewise the next two.
        clips: Samples a person.
        threshold: What the inconclusive band lies around.
        graph: Keep each person's graph.
        heat: Keep where in each face the score comes from.

    Raises:
        UnreadableMediaError: The file is missing, damaged, or holds no picture.
        MissingDataError: The file is a still image and the detector reads clips.
        GraphForensicsError: The network gives something that is no finite number.
        ValueError: ``clips`` is below 1, or ``threshold`` not in (0, 1).
    """
    rule = verdict_rule(model, threshold)
    extraction = ExtractionReport()
    people = read_inputs(path, model.input_spec, options, clips, extraction)
    try:
        verdicts = [judge(model, person, graph=graph, heat=heat) for person in people]
    except GraphForensicsError as error:
        raise GraphForensicsError(f"{path}: {error}") from error
    return Examination(_report(path, model, verdicts, rule, extraction), verdicts, rule)


def _report(
    path: str | Path,
    model: Detector,
    verdicts: list[Verdict],
    rule: VerdictRule,
    extraction: ExtractionReport,
) -> DetectionReport:
    persons = [person_verdict(verdict, rule) for verdict in verdicts]
    scored = [person for person in persons if person.probability is not None]
    worst = max(scored, key=lambda person: person.probability or 0.0, default=None)
    word = NO_FACE if not persons else TOO_SHORT
    people = [verdict.person for verdict in verdicts]
    return DetectionReport(
        file=str(path),
        detector=model.name,
        verdict=word if worst is None else str(worst.verdict),
        probability=None if worst is None else worst.probability,
        persons=persons,
        frames_looked_at=extraction.frames,
        frames_without_face=extraction.faceless,
        notes=_notes(people, extraction, model, len(scored)),
        threshold=rule.threshold,
        threshold_origin=rule.origin,
        temperature=known_temperature(model),
        band=(rule.low, rule.high),
        calibrated=rule.calibrated,
        sample=_SAMPLES[model.input_spec.kind],
        spread=None if worst is None else worst.spread,
    )


def person_verdict(verdict: Verdict, rule: VerdictRule) -> PersonVerdict:
    """Put a verdict into the words and figures of a report.

    Args:
        verdict: What :func:`~graphforensics.inference.judge` returned.
        rule: What its probability is called by.
    """
    probability, person = verdict.probability, verdict.person
    if probability is None:
        return PersonVerdict(person.person, None, person.frames)
    return PersonVerdict(
        person=person.person,
        probability=probability,
        seen=person.frames,
        snippets=verdict.snippets,
        frames=_frames(person),
        verdict=rule.word(probability),
        logit=verdict.logit,
        scores=verdict.scores,
        spread=verdict.spread,
    )


def _frames(person: PersonInputs) -> list[FaceFrame]:
    numbers, first = np.unique(person.numbers, return_index=True)
    times, boxes = person.times.ravel()[first], person.boxes.reshape(-1, 4)[first]
    return [
        FaceFrame(number, time, (box[0], box[1], box[2], box[3]))
        for number, time, box in zip(numbers.tolist(), times.tolist(), boxes.tolist(), strict=True)
    ]


def _notes(
    people: list[PersonInputs], report: ExtractionReport, model: Detector, scored: int
) -> list[str]:
    notes = []
    spec = model.input_spec
    if scored > 1:
        notes.append(f"Several faces: the probability is the highest of {scored}.")
    for person in people:
        if 2 * person.ok_frames < person.frames:
            notes.append(f"Face {person.person} is small or blurred: its score means little.")
        if person.enough and person.frames < spec.snippets * spec.frames:
            notes.append(
                f"Face {person.person} was seen in {person.frames} frames, the model reads "
                f"{spec.snippets * spec.frames}: frames were used more than once."
            )
    if report.truncated:
        notes.append(f"The file breaks off: {report.truncated}; what came before was scored.")
    if report.notes:
        notes.append(f"Frames were not scored as stored: {report.notes}.")
    if report.hint:
        notes.append(f"No face found: {report.hint}.")
    return [*notes, CAVEAT] if scored else notes

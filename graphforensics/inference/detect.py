"""How likely one file is forged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch import Tensor

from graphforensics.evaluation.evaluate import chosen_threshold
from graphforensics.inference.detection_report import (
    DetectionReport,
    FaceFrame,
    PersonVerdict,
    SnippetVerdict,
)
from graphforensics.inference.heat_picture import picture_format, save_heat_picture
from graphforensics.inference.inputs import read_inputs
from graphforensics.inference.person_inputs import PersonInputs
from graphforensics.models.detector import Detector
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.extraction_report import ExtractionReport

CAVEAT = (
    "A score is a hint, not a proof: it holds for forgeries like those the model was trained on, "
    "and compression, filters and editing move it."
)


def detect(
    path: str | Path,
    model: Detector,
    options: ExtractionOptions | None = None,
    clips: int = 1,
    threshold: float | None = None,
    heatmap: str | Path | None = None,
) -> DetectionReport:
    """Score every person of a video or an image.

    The file's probability is the highest of its persons', since one forged face makes a forged
    file; a person's is the mean over the samples. When no face is found, or none for long enough,
    there is no probability.

    Args:
        path: Video, animation or image.
        model: The detector, on its device.
        options: How faces are extracted; by default the frames that the detector needs.
        clips: Samples a person, each spread over the whole file; more look at more frames.
        threshold: Probabilities from here on are called likely forged. By default what was chosen
            on validation data (:func:`~graphforensics.evaluation.calibrate`), else 0.5.
        heatmap: Picture to write: where in the most suspicious face the score comes from
            (:func:`~graphforensics.inference.heat_picture.heat_picture`); none without a score.

    Raises:
        OutputError: The picture cannot be written, or its ending is of no image format.
        UnreadableMediaError: The file is missing, damaged, or holds no picture.
        MissingDataError: The file is a still image and the detector reads clips.
        ValueError: ``clips`` is below 1, or ``threshold`` not in (0, 1).

    Example:
        >>> from graphforensics.models import load_detector
        >>> detect("clip.mp4", load_detector("run/best")).verdict  # doctest: +SKIP
        'no forgery found'
    """
    if threshold is not None and not 0 < threshold < 1:
        raise ValueError(f"'threshold' must be in (0, 1) (got {threshold})")
    if heatmap is not None:
        picture_format(heatmap)
    report = ExtractionReport()
    people = read_inputs(path, model.input_spec, options, clips, report)
    persons = [_judge(model, person) for person in people]
    scores = [person.probability for person in persons if person.probability is not None]
    probability = max(scores, default=None)
    limit, origin = chosen_threshold(model, "mean", threshold)
    if heatmap is not None and probability is not None:
        worst = [person.probability for person in persons].index(probability)
        save_heat_picture(model, people[worst], heatmap)
    return DetectionReport(
        file=str(path),
        detector=model.name,
        verdict=_verdict(persons, probability, limit),
        probability=probability,
        persons=persons,
        frames_looked_at=report.frames,
        frames_without_face=report.faceless,
        notes=_notes(people, report, model, len(scores)),
        threshold=limit,
        threshold_origin=origin,
        temperature=None if model.calibration is None else model.calibration.temperature,
    )


def _judge(model: Detector, person: PersonInputs) -> PersonVerdict:
    if not person.enough:
        return PersonVerdict(person.person, None, person.frames)
    device = next(model.parameters()).device
    samples = model.input_spec.normalize(person.inputs.to(device))
    outputs = [model.predict(sample[None]) for sample in samples]
    scores = [_probabilities(model, output.logit)[0] for output in outputs]
    return PersonVerdict(
        person=person.person,
        probability=float(np.mean(scores)),
        seen=person.frames,
        snippets=[
            snippet
            for clip, output in enumerate(outputs)
            for snippet in _snippets(model, clip, output, person)
        ],
        frames=_frames(person),
    )


def _probabilities(model: Detector, logit: Tensor) -> list[float]:
    values: list[float] = model.calibrated(logit.cpu().double()).flatten().tolist()
    return values


def _snippets(
    model: Detector, clip: int, output: DetectorOutput, person: PersonInputs
) -> list[SnippetVerdict]:
    after_each: Tensor | None = getattr(output, "snippet_logits", None)
    scores = _probabilities(model, output.logit if after_each is None else after_each)
    times = person.times[clip]
    if len(scores) != len(times):
        # A detector that reads all runs at once has one score for all of them.
        times, scores = times.reshape(1, -1), scores[-1:]
    return [
        SnippetVerdict(clip, float(run.min()), float(run.max()), score)
        for run, score in zip(times, scores, strict=True)
    ]


def _frames(person: PersonInputs) -> list[FaceFrame]:
    numbers, first = np.unique(person.numbers, return_index=True)
    times, boxes = person.times.ravel()[first], person.boxes.reshape(-1, 4)[first]
    return [
        FaceFrame(number, time, (box[0], box[1], box[2], box[3]))
        for number, time, box in zip(numbers.tolist(), times.tolist(), boxes.tolist(), strict=True)
    ]


def _verdict(persons: list[PersonVerdict], probability: float | None, threshold: float) -> str:
    if not persons:
        return "no face found"
    if probability is None:
        return "no face was seen for long enough to be scored"
    return "likely forged" if probability >= threshold else "no forgery found"


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

"""Where in a face the verdict comes from, as a picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from graphforensics.inference.person_inputs import PersonInputs
from graphforensics.inference.verdict import Verdict, judge
from graphforensics.inference.verdict_rule import VerdictRule, verdict_rule
from graphforensics.media.save_picture import picture_format, save_picture
from graphforensics.models.detector import Detector
from graphforensics.visualization.draw_heat import draw_heat
from graphforensics.visualization.figure_pixels import figure_pixels
from graphforensics.visualization.heat_tiles import heat_tiles

#: More columns than that cannot be told apart.
_COLUMNS = 8


def heat_picture(model: Detector, person: PersonInputs) -> NDArray[np.uint8]:
    """Draw the middle frame of every run of a person's first sample, and its heat below it.

    The heat is Grad-CAM's for "fake": bright is what speaks for a forgery, relative to the
    brightest place of the sample. It says where the model looked, not that there is a forgery.
    A detector that learns which pixels are forged
    (:meth:`~graphforensics.models.Detector.forged_pixels`) gets a third row, its own map: bright
    is a probability of 1.

    Args:
        model: The detector, on its device.
        person: One entry of :func:`~graphforensics.inference.read_inputs`.

    Returns:
        RGB picture, two or three rows of squares of 224 pixels, a column a run.
    """
    first = replace(person, inputs=person.inputs[:1])
    columns = _columns(judge(model, first, heat=True), model)
    rows = [columns.heat] if columns.own is None else [columns.heat, columns.own]
    return heat_tiles(columns.faces, rows)


def save_heat_picture(model: Detector, person: PersonInputs, path: str | Path) -> None:
    """Judge a person and write the sheet of :func:`heat_figure`; its ending names the format.

    Args:
        model: The detector, on its device.
        person: One entry of :func:`~graphforensics.inference.read_inputs`.
        path: The file.

    Raises:
        OutputError: The file cannot be written, or its ending is of no image format.
    """
    picture_format(path)
    write_heat(judge(model, person, heat=True), verdict_rule(model), model, path)


def write_heat(verdict: Verdict, rule: VerdictRule, model: Detector, path: str | Path) -> None:
    """Write the sheet of :func:`heat_figure`.

    Args:
        verdict: What :func:`~graphforensics.inference.judge` returned with ``heat=True``.
        rule: What its probability is called by.
        model: The detector.
        path: The file; its ending names the format.

    Raises:
        OutputError: The file cannot be written, or its ending is of no image format.
    """
    picture_format(path)
    save_picture(figure_pixels(heat_figure(verdict, rule, model)), path)


def heat_figure(verdict: Verdict, rule: VerdictRule, model: Detector) -> Figure:
    """Draw the frames that were judged, their heat, their scores and the threshold.

    Of a detector of single images every sample is a column, of others every run of the sample
    with the highest score; at most eight of them, evenly.

    Args:
        verdict: What :func:`~graphforensics.inference.judge` returned with ``heat=True``.
        rule: What its probability is called by.
        model: The detector.
    """
    columns = _columns(verdict, model)
    title = f"Face {verdict.person.person}"
    if verdict.probability is not None:
        word = rule.word(verdict.probability)
        title += f": {word}, probability of forgery {100 * verdict.probability:.0f} %"
    return draw_heat(
        columns.faces,
        columns.heat,
        times=columns.times,
        own=columns.own,
        scores=columns.scores,
        threshold=rule.threshold,
        band=(rule.low, rule.high),
        verdict=verdict.probability,
        title=title,
        joined=model.input_spec.kind != "image",
    )


@dataclass(frozen=True)
class _Columns:
    """What is drawn side by side."""

    faces: list[NDArray[np.uint8]]
    heat: list[NDArray[np.float32]]
    own: list[NDArray[np.float32]] | None
    times: list[float]
    scores: list[float]


def _columns(verdict: Verdict, model: Detector) -> _Columns:
    spec, person, heat = model.input_spec, verdict.person, verdict.heat
    if heat is None:
        raise ValueError("'verdict' must have been judged with heat=True")
    pixels = person.inputs.numpy()
    scores = verdict.scores
    if spec.kind == "image":
        times = person.times[: len(pixels)].reshape(-1)
    else:
        worst = int(np.argmax(scores)) if scores else 0
        middle = spec.frames // 2 if spec.kind == "clip" else 0
        pixels, heat, times = pixels[worst], heat[worst], person.times[worst][:, middle]
        scores = verdict.so_far(worst)
        if spec.kind == "clip":
            pixels, heat = pixels[:, :, middle], heat[:, middle]
    own = verdict.forged_map if spec.kind == "image" else None
    count = len(pixels)
    shown = np.unique(np.linspace(0, count - 1, min(count, _COLUMNS)).round().astype(int)).tolist()
    return _Columns(
        faces=[np.ascontiguousarray(pixels[n].transpose(1, 2, 0)) for n in shown],
        heat=[heat[n] for n in shown],
        own=None if own is None else [own[n] for n in shown],
        times=[float(times[n]) for n in shown] if len(times) == count else [0.0] * len(shown),
        scores=[scores[n] for n in shown] if len(scores) == count else [],
    )

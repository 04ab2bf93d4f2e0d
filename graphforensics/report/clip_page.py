"""What a report page shows of one clip, gathered from verdicts that are there already."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from graphforensics import __version__
from graphforensics.explain.faithfulness_table import FaithfulnessTable
from graphforensics.inference.examine import Examination
from graphforensics.inference.verdict import Verdict
from graphforensics.media.container_facts import ContainerFacts, container_facts
from graphforensics.models.detector import Detector
from graphforensics.report.clip_frames import clip_frames
from graphforensics.report.graph_data import graph_data
from graphforensics.report.moments import Moment, moments
from graphforensics.report.page_budget import FACES, frame_budget, moments_each
from graphforensics.report.picture_data import heat_data
from graphforensics.report.spoken import spoken


@dataclass(frozen=True)
class ClipPage:
    """Everything that the page of one clip holds.

    Args:
        report: :meth:`~graphforensics.inference.DetectionReport.to_dict`.
        rule: What a probability is called by, in words.
        facts: What the file says about itself.
        faces: Moments and graph of each face that is shown, the most suspicious first.
        frames: Frame number -> picture, as a ``data:`` address.
        heats: Heat of each face's moments, likewise, or ``None``.
        left_out: Faces that are not shown.
        sentence: What speaks for the verdict, in words.
        heat_note: What the heat is, and whether it was measured.
        no_heat_note: What is said where no moment has any.
        settings: How it was judged, as rows of names and values.
        versions: Names and versions.
        card: The detector's card, or empty.
        joined: Whether the scores of a sample follow each other.
        made: When.
    """

    report: Mapping[str, Any]
    rule: str
    facts: ContainerFacts
    faces: Sequence[Mapping[str, Any]]
    frames: Mapping[int, str]
    heats: Sequence[Sequence[str | None]]
    left_out: int
    sentence: str
    heat_note: str
    no_heat_note: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    card: str = ""
    joined: bool = True
    made: str = ""


def clip_page(
    path: str | Path,
    examination: Examination,
    model: Detector,
    settings: Mapping[str, Any] | None = None,
    card: str = "",
    table: FaithfulnessTable | None = None,
) -> ClipPage:
    """Gather what a page shows; the network is not asked again unless an explanation has passed.

    Args:
        path: The clip.
        examination: What :func:`~graphforensics.inference.examine` returned with ``graph=True``
            and ``heat=True``.
        model: The detector that judged.
        settings: How it was judged, beside what the report says.
        card: The detector's card.
        table: Which explanations are faithful. Default: the library's own table.

    Raises:
        UnreadableMediaError: The file has changed since.
    """
    table = FaithfulnessTable.default() if table is None else table
    status = table.status(model.name, "grad_cam")
    shown = _shown(examination)
    most = moments_each(len(shown))
    runs = [_thinned(moments(verdict, model), most) for verdict in shown]
    heats = [[_heat(one, status != "failed") for one in run] for run in runs]
    faces = [_face(*pair, model) for pair in zip(shown, runs, strict=True)]
    report = examination.report.to_dict()
    numbers = [one.number for run in runs for one in run]
    return ClipPage(
        report=report,
        rule=examination.rule.line(),
        facts=container_facts(path),
        faces=faces,
        frames=clip_frames(path, numbers, frame_budget(report, faces, heats)),
        heats=heats,
        left_out=len(examination.verdicts) - len(shown),
        sentence=spoken(model, examination, table),
        heat_note=_HEAT[status],
        no_heat_note=_HEAT["failed"] if status == "failed" else _NO_HEAT,
        settings=dict(settings or {}),
        versions=_versions(),
        card=card,
        joined=model.input_spec.kind == "clip",
        made=datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    )


_HEAT = {
    "passed": "Bright is what speaks for a forgery (Grad-CAM, which was measured to beat a random "
    "and a centred map for this detector). It says where the detector looked, not what is forged.",
    "failed": "There is no heat map: for this detector Grad-CAM was measured to be no better than "
    "a random or a centred map.",
    "not measured": "Bright is what speaks for a forgery (Grad-CAM, relative to the brightest "
    "place). Whether it is faithful was not measured for this detector. It says where the detector "
    "looked, not what is forged.",
}
_NO_HEAT = "There is no heat map: Grad-CAM finds nothing in these frames that speaks for a forgery."


def _shown(examination: Examination) -> list[Verdict]:
    """Return the most suspicious faces, those without a score last."""
    order = sorted(examination.verdicts, key=lambda verdict: -(verdict.probability or -1.0))
    return order[:FACES]


def _thinned(found: list[Moment], most: int) -> list[Moment]:
    count = min(len(found), most)
    rows = np.unique(np.linspace(0, len(found) - 1, count).round().astype(int)).tolist()
    return [found[row] for row in rows]


def _face(verdict: Verdict, run: Sequence[Moment], model: Detector) -> dict[str, Any]:
    graph = verdict.graph
    return {
        "person": verdict.person.person,
        "probability": verdict.probability,
        "shown": verdict.shown,
        "moments": [one.to_dict() for one in run],
        "graph": None if graph is None else graph_data(graph, model.input_spec.margin),
    }


def _heat(moment: Moment, wanted: bool) -> str | None:
    if not wanted or moment.heat is None or float(moment.heat.max()) <= 0:
        return None
    return heat_data(moment.heat)


def _versions() -> dict[str, str]:
    packages = {"PyTorch": "torch", "PyTorch Geometric": "torch-geometric", "PyAV": "av"}
    known = {word: metadata.version(name) for word, name in packages.items()}
    return {"graphforensics": __version__, "Python": platform.python_version(), **known}

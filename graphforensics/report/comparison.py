"""Two clips side by side: what their relations have in common and what not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphforensics._text import shown
from graphforensics.inference.examine import Examination
from graphforensics.inference.verdict import Verdict
from graphforensics.models.detector import Detector
from graphforensics.report.clip_frames import clip_frames
from graphforensics.report.graph_data import difference_data, graph_data
from graphforensics.report.moments import moments

_FRAME_BUDGET = 100_000


@dataclass(frozen=True)
class Comparison:
    """Another clip, and the relations of both.

    Args:
        name: The other file, as it was named.
        report: What detection said of it.
        graphs: Title, graph and picture of the first, the second and their difference; empty
            where there is nothing to compare.
        frames: Pictures that the graphs lie on, as ``data:`` addresses.
        note: Why something is missing, or empty.
    """

    name: str
    report: Mapping[str, Any]
    graphs: list[dict[str, Any]] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    note: str = ""


def compared(
    first: tuple[str | Path, Examination], second: tuple[str | Path, Examination], model: Detector
) -> Comparison:
    """Compare the most suspicious face of one clip with that of another.

    Relations are averaged over time; the difference is the first clip's less the second's.

    Args:
        first: A clip, and what :func:`~graphforensics.inference.examine` returned with
            ``graph=True``.
        second: What it is compared with, likewise.
        model: The detector that judged both.
    """
    name, report = str(second[1].report.file), second[1].report.to_dict()
    one, other = _face(first[1]), _face(second[1])
    if one is None or other is None or one.graph is None or other.graph is None:
        return Comparison(name, report, note="One of the two has no face with a graph.")
    margin = model.input_spec.margin
    graphs, frames = [], []
    sides = (("First", first, one), ("Second", second, other))
    for side, (path, examination), verdict in sides:
        picture = _picture(path, verdict, model)
        frames.append(picture.pop("source"))
        title = f"{side}: {shown(Path(examination.report.file).name)}"
        graph = graph_data(verdict.graph, margin) if verdict.graph is not None else None
        graphs.append(
            {"title": title, "graph": graph, "picture": {**picture, "source": len(frames) - 1}}
        )
    difference = difference_data(one.graph, other.graph, margin)
    if difference is None:
        note = "Their graphs have different nodes: there is no difference of relations."
        return Comparison(name, report, graphs, frames, note)
    graphs.append({"title": "Difference, first less second", "graph": difference, "picture": None})
    note = "The relations of the two do not differ."
    if difference["largest"] > 0:
        note = (
            f"The largest difference of a relation is {difference['largest']:.2g}, the strongest "
            f"relation of either {difference['strongest']:.2g}; each picture has its own scale."
        )
    return Comparison(name, report, graphs, frames, note)


def _face(examination: Examination) -> Verdict | None:
    return examination.worst or next(iter(examination.verdicts), None)


def _picture(path: str | Path, verdict: Verdict, model: Detector) -> dict[str, Any]:
    from graphforensics.media.open_media import open_media

    run = [one for one in moments(verdict, model) if one.sample == verdict.shown]
    middle = run[len(run) // 2]
    info = open_media(path).info
    return {
        "source": clip_frames(path, [middle.number], _FRAME_BUDGET)[middle.number],
        "crop": list(middle.crop),
        "width": info.width,
        "height": info.height,
    }

"""The page of one clip as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphforensics._text import shown
from graphforensics.media.container_facts import ContainerFacts
from graphforensics.report.clip_page import ClipPage
from graphforensics.report.comparison import Comparison
from graphforensics.report.render_page import embedded, render_page

_SCRIPTS = ("common.js", "timeline.js", "graph.js", "page.js")
_LIMITS = (
    "That a file is called not forged does not mean that it is genuine: what the detector was not "
    "trained to find it may miss.",
    "That a file is called forged does not say who forged it, when, or with which program.",
)
#: Rows of the table of relations, for each face.
_RELATIONS = 20


def page_text(page: ClipPage, comparison: Comparison | None = None) -> str:
    """Return a report as one HTML page that loads nothing.

    Args:
        page: What :func:`clip_page` gathered.
        comparison: Another clip to show beside it.
    """
    report, facts = page.report, page.facts
    graphs = [face["graph"] for face in page.faces if face["graph"] is not None]
    has_heat = any(heat for run in page.heats for heat in run)
    one, many = (graphs[0]["one"], graphs[0]["many"]) if graphs else ("a region", "regions")
    return render_page(
        "page.html",
        _SCRIPTS,
        {
            "name": report["file"],
            "report": report,
            "rule": page.rule,
            "facts": facts,
            "made": page.made,
            "versions": page.versions,
            "sentence": page.sentence,
            "limits": _LIMITS if report["probability"] is not None else _LIMITS[:1],
            "faces": page.faces,
            "left_out": page.left_out,
            "has_graph": bool(graphs),
            "has_heat": has_heat,
            "heat_note": page.heat_note if has_heat else page.no_heat_note,
            "one": one,
            "many": many,
            "timeline_note": _timeline_note(page),
            "graph_note": _graph_note(graphs),
            "relations": _relations(page),
            "comparison": comparison,
            "file_rows": file_rows(facts),
            "settings_rows": _settings(page),
            "card": page.card,
            "document": embedded(_document(page, comparison)),
            "view": embedded(_view(page, comparison)),
            "pictures": embedded(_pictures(page, comparison)),
        },
    )


def file_rows(facts: ContainerFacts) -> list[tuple[str, str]]:
    """Return what a file is as rows of names and values.

    Args:
        facts: What :func:`~graphforensics.media.container_facts` found.
    """
    rows = [
        ("SHA-256", facts.sha256),
        ("Size", f"{facts.size:,} bytes"),
        ("Frame size", f"{facts.width} x {facts.height} pixels, as displayed"),
    ]
    if facts.bits_per_pixel is not None:
        rows.append(("Compression", f"{facts.bits_per_pixel:.3g} bits for a pixel, sound included"))
    if facts.kind != "image":
        rate = "" if facts.rate is None else f", {facts.rate:.5g} frames/s"
        rows.append(("Length", f"{facts.frames} frames, {facts.duration:.2f} s{rate}"))
        steady = "the same throughout"
        if facts.changes:
            steady = (
                f"{facts.changes} intervals differ from the usual one by more than a tenth; the "
                f"longest is {facts.longest:.3f} s"
            )
        rows.append(("Frame rate", steady))
    if facts.kind == "video":
        edits = "none" if facts.edits < 2 else f"an edit list puts {facts.edits} pieces together"
        rows.append(("Edits in the container", edits))
    if facts.notes:
        rows.append(("Shown otherwise than stored", "; ".join(facts.notes)))
    if facts.truncated:
        rows.append(("End", facts.truncated))
    return rows


def _timeline_note(page: ClipPage) -> str:
    what = "A point is the score after a run of frames"
    if page.joined:
        what += ", of all that its sample has shown up to it; a line joins the runs of a sample"
    elif page.report["sample"] == "frame":
        what = "A point is the score of a frame"
    else:
        what = "A point is a frame, with the score of its group"
    return (
        f"{what}. The file's score is the mean of its samples'. Move along it with the pointer, "
        "or with the arrow keys on the slider."
    )


def _graph_note(graphs: list[Mapping[str, Any]]) -> str:
    if not graphs:
        return ""
    told = "What the detector relates, in the sample whose score is nearest to the mean."
    left = max(graph["left_out"] for graph in graphs)
    return f"{told} {left} weaker relations are left out." if left else told


def _relations(page: ClipPage) -> list[dict[str, Any]]:
    rows = []
    for face in page.faces:
        graph = face["graph"]
        if graph is None:
            continue
        names = [f"{node['label']} ({node['name']})" for node in graph["nodes"]]
        ends = zip(graph["source"], graph["target"], graph["weight"], graph["kept"], strict=True)
        for source, target, weight, kept in list(ends)[:_RELATIONS]:
            rows.append(
                {
                    "face": face["person"],
                    "source": names[source],
                    "target": names[target],
                    "weight": weight,
                    "kept": kept,
                }
            )
    return rows


def _settings(page: ClipPage) -> list[tuple[str, str]]:
    report = page.report
    calibrated = "not calibrated: the score is no probability"
    if report["calibrated"]:
        calibrated = f"temperature {report['temperature']:.4g}"
    distance = "not known: the weights come without statistics of their training data"
    rows = [
        ("Detector", report["detector"]),
        ("Calibration", calibrated),
        ("Threshold", f"{report['threshold']:.4g} ({report['threshold_origin']})"),
        ("Inconclusive", f"from {report['band'][0]:.4g} to {report['band'][1]:.4g}"),
        ("Distance to the training data", distance),
    ]
    return [*rows, *((name, str(value)) for name, value in page.settings.items())]


def _document(page: ClipPage, comparison: Comparison | None) -> dict[str, Any]:
    """Return all figures, without pictures."""
    return {
        "made": page.made,
        "report": page.report,
        "file": page.facts.to_dict(),
        "sentence": page.sentence,
        "settings": dict(page.settings),
        "versions": dict(page.versions),
        "graphs": [{"person": face["person"], "graph": face["graph"]} for face in page.faces],
        "comparison": None
        if comparison is None
        else {
            "report": comparison.report,
            "note": comparison.note,
            "graphs": [{"title": one["title"], "graph": one["graph"]} for one in comparison.graphs],
        },
    }


def _view(page: ClipPage, comparison: Comparison | None) -> dict[str, Any]:
    """Return what the scripts draw."""
    report, facts = page.report, page.facts
    graphs = [] if comparison is None else comparison.graphs
    return {
        "faces": page.faces,
        "duration": facts.duration,
        "width": facts.width,
        "height": facts.height,
        "has_heat": any(heat for run in page.heats for heat in run),
        "still": facts.kind == "image",
        "band": report["band"],
        "threshold": report["threshold"],
        "sample": report["sample"],
        "joined": page.joined,
        "score_word": "score so far" if page.joined else "score",
        "comparison": {"graphs": [{**one, "title": shown(one["title"])} for one in graphs]},
    }


def _pictures(page: ClipPage, comparison: Comparison | None) -> dict[str, Any]:
    return {
        "frames": page.frames,
        "heats": page.heats,
        "compared": [] if comparison is None else comparison.frames,
    }

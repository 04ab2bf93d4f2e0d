"""``graphforensics graph``: the face graph of a clip as a picture or a file."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphforensics.cli.detect import add_clips
from graphforensics.cli.early_checks import (
    require_device,
    require_media,
    require_other_files,
)
from graphforensics.cli.messages import plain_messages, say
from graphforensics.cli.model_choice import add_saved_model, choose_model, saved_model
from graphforensics.cli.results import require_folder, write_json
from graphforensics.errors import GraphForensicsError, MissingDataError, NoFaceError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from graphforensics.inference.person_graph import PersonGraph
    from graphforensics.inference.person_inputs import PersonInputs
    from graphforensics.inference.verdict_rule import VerdictRule
    from graphforensics.models.detector import Detector

_FORMATS = ("png", "svg", "graphml", "json")
#: More faces than that make one picture unreadable.
_SHEETS = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.add_argument("clip", metavar="CLIP", help="video, animation or image")
    add_saved_model(parser)
    add_clips(parser)
    parser.add_argument(
        "--threshold",
        type=float,
        help="what the inconclusive band lies around; default: what 'calibrate' learned, else 0.5",
    )
    parser.add_argument("--out", required=True, metavar="FILE", help="where the result goes")
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        help="picture (png, svg) or graph (GraphML, networkx node-link JSON); "
        "default: what the ending of --out says, else png",
    )
    parser.add_argument(
        "--snippet",
        type=int,
        metavar="N",
        help="the graph of this snippet, from 0; default: a picture shows the mean over all, "
        "a file holds all",
    )
    parser.add_argument(
        "--person",
        type=int,
        metavar="N",
        help="only this face, numbered as 'detect' does; default: all of them, "
        f"in a picture at most {_SHEETS}",
    )
    parser.add_argument(
        "--strongest",
        type=int,
        default=24,
        metavar="N",
        help="draw so many relations between regions, 0 for all; default: 24",
    )
    parser.add_argument("--json", metavar="FILE", help="write figures and graphs here as well")


def run(args: argparse.Namespace) -> int:
    """Draw or write the graphs, say where they are, and return the exit status."""
    _check(args)
    from graphforensics.inference.person_graph import person_graph
    from graphforensics.inference.verdict_rule import verdict_rule

    format = args.format or _format(args.out)
    with plain_messages():
        model = saved_model(args)
    rule = verdict_rule(model, args.threshold)
    _check_snippet(args.snippet, model)
    people, left_out = _people(args, model, format)
    try:
        found = [person_graph(model, person) for person in people]
    except GraphForensicsError as error:
        raise GraphForensicsError(f"{args.clip}: {error}") from error
    if format in ("graphml", "json"):
        _write(args, found, format, rule)
    else:
        _draw(args, found, format, rule)
    if args.json:
        _write_json(args, found, model.name, rule)
    for person in found:
        say(_title(args.clip, person, rule))
    if left_out:
        print(f"not drawn, choose with --person: face {', '.join(map(str, left_out))}")
    say(f"{'picture' if format in ('png', 'svg') else 'graph'}: {args.out}")
    return 0


def _check(args: argparse.Namespace) -> None:
    """Fail before the work, and before anything heavy is imported."""
    for name in filter(None, (args.out, args.json)):
        require_folder(name)
    if args.strongest < 0:
        raise ValueError(f"'--strongest' must not be negative (got {args.strongest})")
    require_other_files((args.out, args.json), [args.clip])
    require_device(args.device)
    require_media(args.clip)
    choose_model(args)


def _format(out: str) -> str:
    ending = Path(out).suffix.lower().removeprefix(".")
    return ending if ending in _FORMATS else "png"


def _people(
    args: argparse.Namespace, model: Detector, format: str
) -> tuple[list[PersonInputs], list[int]]:
    from graphforensics.inference.inputs import read_inputs
    from graphforensics.store.extraction_report import ExtractionReport

    report = ExtractionReport()
    people = read_inputs(args.clip, model.input_spec, clips=args.clips, report=report)
    if not people:
        hint = "" if report.hint is None else f"; {report.hint}"
        raise NoFaceError(f"{args.clip}: no face found in {report.frames} frames{hint}")
    if args.person is not None:
        chosen = [person for person in people if person.person == args.person]
        if not chosen:
            known = ", ".join(str(person.person) for person in people)
            raise MissingDataError(f"{args.clip}: no face {args.person} in it; there is {known}")
        return chosen, []
    shown = _SHEETS if format in ("png", "svg") else len(people)
    return people[:shown], [person.person for person in people[shown:]]


def _check_snippet(snippet: int | None, model: Detector) -> None:
    steps = model.input_spec.snippets
    if snippet is not None and not 0 <= snippet < steps:
        raise ValueError(f"'--snippet' must be from 0 to {steps - 1} (got {snippet})")


def _title(clip: str, person: PersonGraph, rule: VerdictRule) -> str:
    from graphforensics.visualization.write_graph import xml_text

    name = Path(clip).name
    name = name if len(name) <= 48 else f"{name[:30]}…{name[-15:]}"
    said = (
        "not seen for long enough to be scored"
        if person.probability is None
        else f"probability of forgery {100 * person.probability:.0f} %, "
        f"{rule.word(person.probability)}"
    )
    return f"{xml_text(name)}, face {person.person}: {said}"


def _draw(
    args: argparse.Namespace, found: list[PersonGraph], format: Any, rule: VerdictRule
) -> None:
    from graphforensics.visualization.save_figure import save_figure

    save_figure(_figure(args, found, rule), args.out, format)


def _figure(args: argparse.Namespace, found: list[PersonGraph], rule: VerdictRule) -> Figure:
    import numpy as np
    from matplotlib.figure import Figure

    from graphforensics.visualization.draw_verdict import draw_verdict, sheet_size

    sizes = [sheet_size(person.graph, person.scores) for person in found]
    heights = [height for _, height in sizes]
    figure = Figure(figsize=(sizes[0][0], sum(heights)), layout="constrained")
    sheets = np.ravel(np.array(figure.subfigures(len(found), 1, height_ratios=heights)))
    for person, sheet in zip(found, sheets, strict=True):
        draw_verdict(
            person.graph,
            person.images,
            title=_title(args.clip, person, rule),
            probabilities=person.so_far,
            times=person.times,
            snippet=args.snippet,
            strongest=args.strongest or None,
            figure=sheet,
            threshold=rule.threshold,
            band=(rule.low, rule.high),
            verdict=person.probability,
            scores=person.scores,
        )
    return figure


def _write(
    args: argparse.Namespace, found: list[PersonGraph], format: Any, rule: VerdictRule
) -> None:
    from graphforensics.visualization.write_graph import write_networkx

    write_networkx(_union(args, found, rule), args.out, format)


def _union(args: argparse.Namespace, found: list[PersonGraph], rule: VerdictRule) -> Any:
    """Join the graphs of all faces; nodes are numbered on and say whose they are."""
    import networkx as nx

    graphs = []
    about: dict[str, Any] = {"source": Path(args.clip).name}
    for person in found:
        graph = _networkx(args, person)
        nx.set_node_attributes(graph, person.person, "person")
        about |= graph.graph
        graphs.append(graph)
        if person.probability is not None:
            about[f"probability_{person.person}"] = person.probability
            about[f"verdict_{person.person}"] = rule.word(person.probability)
        graph.graph.clear()
    union = nx.disjoint_union_all(graphs)
    union.graph.update(about)
    return union


def _networkx(args: argparse.Namespace, person: PersonGraph) -> Any:
    from graphforensics.data.face_graph_sequence import FaceGraphSequence
    from graphforensics.visualization.networkx_graph import networkx_graph

    graph = person.graph
    if args.snippet is not None and isinstance(graph, FaceGraphSequence):
        return networkx_graph(graph[args.snippet], snippet=args.snippet)
    return networkx_graph(graph)


def _write_json(
    args: argparse.Namespace, found: list[PersonGraph], detector: str, rule: VerdictRule
) -> None:
    import networkx as nx

    persons = []
    for person in found:
        known = person.probability is not None
        word = rule.word(person.probability) if known else None  # type: ignore[arg-type]
        graph = nx.node_link_data(_networkx(args, person), edges="edges")
        persons.append({**person.to_dict(), "verdict": word, "graph": graph})
    about = {"file": args.clip, "detector": detector, "out": args.out, **asdict(rule)}
    content = {**about, "persons": persons}
    write_json(args.json, content)

"""``graphforensics graph``: the face graph of a clip as a picture or a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphforensics.cli.messages import say
from graphforensics.cli.results import require_folder, write_json
from graphforensics.errors import MissingDataError, NoFaceError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from graphforensics.inference.person_graph import PersonGraph
    from graphforensics.inference.person_inputs import PersonInputs
    from graphforensics.models.detector import Detector

_FORMATS = ("png", "svg", "graphml", "json")
#: More faces than that make one picture unreadable.
_SHEETS = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.add_argument("clip", metavar="CLIP", help="video, animation or image")
    parser.add_argument(
        "--model",
        required=True,
        metavar="PATH",
        help="checkpoint of 'graphforensics train', or a folder of save_pretrained",
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
    from graphforensics.inference.person_graph import person_graph
    from graphforensics.models.load_detector import load_detector

    _check_output(args)
    format = args.format or _format(args.out)
    model = load_detector(args.model)
    _check_snippet(args.snippet, model)
    people, left_out = _people(args, model, format)
    found = [person_graph(model, person) for person in people]
    if format in ("graphml", "json"):
        _write(args, found, format)
    else:
        _draw(args, found, format)
    if args.json:
        _write_json(args, found, model.name)
    for person in found:
        say(_title(args.clip, person))
    if left_out:
        print(f"not drawn, choose with --person: face {', '.join(map(str, left_out))}")
    say(f"{'picture' if format in ('png', 'svg') else 'graph'}: {args.out}")
    return 0


def _check_output(args: argparse.Namespace) -> None:
    """Fail before the work, not after it."""
    for name in filter(None, (args.out, args.json)):
        require_folder(name)
    if args.strongest < 0:
        raise ValueError(f"'--strongest' must not be negative (got {args.strongest})")


def _format(out: str) -> str:
    ending = Path(out).suffix.lower().removeprefix(".")
    return ending if ending in _FORMATS else "png"


def _people(
    args: argparse.Namespace, model: Detector, format: str
) -> tuple[list[PersonInputs], list[int]]:
    from graphforensics.inference.inputs import read_inputs
    from graphforensics.store.extraction_report import ExtractionReport

    report = ExtractionReport()
    people = read_inputs(args.clip, model.input_spec, report=report)
    if not people:
        raise NoFaceError(f"{args.clip}: no face found in {report.frames} frames")
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


def _title(clip: str, person: PersonGraph) -> str:
    from graphforensics.visualization.write_graph import xml_text

    name = Path(clip).name
    name = name if len(name) <= 48 else f"{name[:30]}…{name[-15:]}"
    said = (
        "not seen for long enough to be scored"
        if person.probability is None
        else f"probability of forgery {100 * person.probability:.0f} %"
    )
    return f"{xml_text(name)}, face {person.person}: {said}"


def _draw(args: argparse.Namespace, found: list[PersonGraph], format: Any) -> None:
    from graphforensics.visualization.save_figure import save_figure

    save_figure(_figure(args, found), args.out, format)


def _figure(args: argparse.Namespace, found: list[PersonGraph]) -> Figure:
    import numpy as np
    from matplotlib.figure import Figure

    from graphforensics.visualization.draw_verdict import draw_verdict, sheet_size

    width, height = sheet_size(found[0].graph)
    figure = Figure(figsize=(width, height * len(found)), layout="constrained")
    sheets = np.ravel(np.array(figure.subfigures(len(found), 1)))
    for person, sheet in zip(found, sheets, strict=True):
        draw_verdict(
            person.graph,
            person.images,
            title=_title(args.clip, person),
            probabilities=person.so_far,
            times=person.times,
            snippet=args.snippet,
            strongest=args.strongest or None,
            figure=sheet,
        )
    return figure


def _write(args: argparse.Namespace, found: list[PersonGraph], format: Any) -> None:
    from graphforensics.visualization.write_graph import write_networkx

    write_networkx(_union(args, found), args.out, format)


def _union(args: argparse.Namespace, found: list[PersonGraph]) -> Any:
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


def _write_json(args: argparse.Namespace, found: list[PersonGraph], detector: str) -> None:
    import networkx as nx

    persons = [
        {**person.to_dict(), "graph": nx.node_link_data(_networkx(args, person), edges="edges")}
        for person in found
    ]
    content = {"file": args.clip, "detector": detector, "out": args.out, "persons": persons}
    write_json(args.json, content)

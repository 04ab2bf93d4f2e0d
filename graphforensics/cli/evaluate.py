"""``graphforensics evaluate``: figures of trained detectors on face stores."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphforensics._text import shown
from graphforensics.cli.early_checks import (
    require_device,
    require_model,
    require_stores,
    require_tables,
)
from graphforensics.cli.evaluate_scores import add_scores, run_scores
from graphforensics.cli.messages import plain_messages, say
from graphforensics.cli.model_choice import add_device, saved_model
from graphforensics.cli.results import require_folder, write_json, write_result
from graphforensics.cli.split_choice import chosen_split, warn_of_trained_people
from graphforensics.errors import OutputError

if TYPE_CHECKING:
    from graphforensics.evaluation.protocol import ProtocolReport

_PROTOCOLS = ("cross-dataset", "cross-manipulation", "cross-quality", "robustness")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.epilog = (
        "With --protocol, several detectors are measured condition by condition, and FOLDER of "
        "--out then holds scores.csv (every video's score), report.json (all figures, and what "
        "repeats the run) and table.md. --from-csv scores.csv makes the tables again."
    )
    _add_what(parser)
    _add_scoring(parser)
    _add_protocol(parser)
    add_scores(parser)


def _add_what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        nargs="+",
        metavar="[NAME=]PATH",
        help="trained detector: RUN/best, any folder of save_pretrained, or a .ckpt file; "
        "several for a protocol",
    )
    add_device(parser)
    parser.add_argument(
        "--data",
        nargs="+",
        metavar="[NAME=]STORE",
        help="face stores of 'extract'; with names, each name is a condition of a protocol",
    )
    parser.add_argument(
        "--labels", metavar="CSV", help="labels that count more than the stores', as for 'train'"
    )
    parser.add_argument(
        "--split",
        metavar="JSON|official|none",
        help="a run's split.json; default: that of the run that the detector comes from (RUN/best: "
        "RUN/split.json) where it fits the stores, else, and with 'none', everything in them; with "
        "--protocol always everything",
    )
    parser.add_argument(
        "--part",
        choices=("train", "val", "test", "all"),
        help="part of the split; default: test; all: everything in the stores",
    )


def _add_scoring(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clips", type=int, default=1, help="samples a face track; default: 1")
    parser.add_argument(
        "--video-score",
        choices=("mean", "max", "confident"),
        default="mean",
        help="how the clips' scores make the video's; default: mean",
    )
    parser.add_argument(
        "--threshold",
        type=float,
        help="scores from here on are fake; default: what 'calibrate' chose, else 0.5",
    )
    parser.add_argument(
        "--perturb",
        metavar="KIND:LEVEL",
        help="what every face goes through first, as blur:3 (see --kinds)",
    )
    parser.add_argument("--batch-size", type=int, default=8, help="default: 8")
    parser.add_argument("--workers", type=int, default=0, help="processes that load; default: 0")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the bootstrap and of perturbations; default: 0"
    )
    parser.add_argument("--json", metavar="FILE", help="write the figures here")
    parser.add_argument("--csv", metavar="FILE", help="write every video's score here")


def _add_protocol(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("protocols")
    group.add_argument("--protocol", choices=_PROTOCOLS)
    group.add_argument("--out", metavar="FOLDER", help="where a protocol's results go")
    group.add_argument(
        "--trained-on",
        action="append",
        default=[],
        metavar="NAME=A,B",
        help="conditions that a detector saw in training; default: what its run.json says",
    )
    group.add_argument(
        "--kinds",
        nargs="+",
        metavar="KIND",
        help="perturbations: saturation, contrast, block_noise, gaussian_noise, blur, pixelation, "
        "h264, patches; default: all",
    )
    group.add_argument(
        "--levels", nargs="+", type=int, metavar="N", help="their strengths; default: 1 2 3 4 5"
    )
    group.add_argument(
        "--resamples", type=int, default=1000, help="of the bootstrap; default: 1000"
    )
    group.add_argument("--from-csv", metavar="CSV", help="print the tables of a scores.csv again")


def run(args: argparse.Namespace) -> int:
    """Evaluate, print the figures, and return the exit status."""
    if args.scores:
        return run_scores(args)
    if args.polarity:
        raise ValueError("'--polarity' is of '--scores'")
    if args.from_csv:
        from graphforensics.evaluation.protocol import table_from_scores

        say(*table_from_scores(args.from_csv).rstrip("\n").split("\n"))
        return 0
    if not args.model or not args.data:
        raise ValueError("'--model' and '--data' must be given (or '--scores')")
    _check(args)
    return _protocol(args) if args.protocol else _single(args)


def _check(args: argparse.Namespace) -> None:
    """Tell what is missing before anything heavy is imported."""
    require_device(args.device)
    for word in args.model:
        require_model(_name(word)[1])
    require_stores(_name(word)[1] for word in args.data)
    split = None if args.split in ("official", "none") else args.split
    require_tables(args.labels, split)
    if args.part == "all":
        if args.split not in (None, "none"):
            raise ValueError("'--part all' does not go with '--split'")
        args.split, args.part = "none", None


def _single(args: argparse.Namespace) -> int:
    from graphforensics.datasets.perturbation import parse_perturbation
    from graphforensics.evaluation.evaluate import evaluate
    from graphforensics.evaluation.run_split import run_split
    from graphforensics.train.run.provenance import provenance

    for name in ("out", "trained_on", "kinds", "levels"):
        if getattr(args, name):
            raise ValueError(f"'--{name.replace('_', '-')}' is for protocols: give '--protocol'")
    if len(args.model) > 1:
        raise ValueError("'--model' takes several detectors with '--protocol' only")
    for path in (args.json, args.csv):
        require_folder(path)
    args.model = args.model[0]
    with plain_messages():
        model, run = saved_model(args), run_split(args.model, args.data, args.labels)
        report = evaluate(
            model,
            args.data,
            labels=args.labels,
            split=chosen_split(args.split, run),
            part=args.part,
            clips=args.clips,
            how=args.video_score,
            threshold=args.threshold,
            batch_size=args.batch_size,
            workers=args.workers,
            seed=args.seed,
            progress=sys.stderr.isatty(),
            perturbation=parse_perturbation(args.perturb, args.seed) if args.perturb else None,
            run=run,
        )
    if args.csv:
        write_result(args.csv, report.csv())
    if args.json:
        about = {"model": args.model, "seed": args.seed, "perturbation": args.perturb}
        write_json(args.json, {**about, **report.to_dict(), **provenance()})
    if run is not None and not run.fits and args.split is None:
        say(f"none of these tracks is in {shown(run.path)}: all of them are measured")
    say(*report.lines())
    return 0


def _protocol(args: argparse.Namespace) -> int:
    from graphforensics.train.run.provenance import provenance

    for name in ("json", "csv", "perturb"):
        if getattr(args, name):
            raise ValueError(f"'--{name}' does not go with '--protocol', which writes into '--out'")
    if not args.out:
        raise ValueError("'--out' must say where the protocol's results go")
    folder = Path(args.out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error})") from error
    with plain_messages():
        if args.split in (None, "none"):
            places = [_name(word)[1] for word in args.model]
            warn_of_trained_people(places, [_name(word)[1] for word in args.data], args.labels)
        report = _run_protocol(args)
    write_result(folder / "scores.csv", report.csv())
    write_json(folder / "report.json", {**report.to_dict(), **provenance()})
    write_result(folder / "table.md", report.markdown())
    say(*report.markdown().split("\n"))
    say(f"written: {folder / 'scores.csv'}, {folder / 'report.json'}, {folder / 'table.md'}")
    return 0


def _run_protocol(args: argparse.Namespace) -> ProtocolReport:
    from graphforensics.cli.model_choice import device_of
    from graphforensics.datasets.perturbation import KINDS, LEVELS
    from graphforensics.evaluation.protocol import run_protocol

    stores = [_name(word) for word in args.data]
    names = {name for name, _ in stores}
    if "" in names and len(names) > 1:
        raise ValueError("'--data' must give a name to every store, or to none")
    data: dict[str, list[Any]] = {}
    for name, place in stores:
        data.setdefault(name, []).append(place)
    return run_protocol(
        args.protocol,
        _models(args.model),
        data,
        labels=args.labels,
        split=None if args.split == "none" else args.split,
        part=args.part,
        clips=args.clips,
        how=args.video_score,
        threshold=args.threshold,
        trained_on=_trained_on(args.trained_on),
        kinds=args.kinds or tuple(KINDS),
        levels=args.levels or LEVELS,
        batch_size=args.batch_size,
        workers=args.workers,
        seed=args.seed,
        resamples=args.resamples,
        device=device_of(args),
        progress=sys.stderr.isatty(),
    )


def _name(word: str) -> tuple[str, str]:
    """Split ``NAME=PATH``; a path that is there and holds the sign has no name."""
    name, sign, path = word.partition("=")
    return (name, path) if sign and name and not Path(word).exists() else ("", word)


def _models(words: list[str]) -> dict[str, str]:
    """Name detectors, those without a name by the shortest end of their path that tells them."""
    found: dict[str, str] = {}
    for word in words:
        name, path = _name(word)
        parts = Path(path).parts
        shown = name or (str(Path(*parts[-2:])) if parts[-1:] == ("best",) else Path(path).name)
        if shown in found:
            raise ValueError(f"'--model' has two detectors called {shown!r}; write NAME=PATH")
        found[shown] = path
    return found


def _trained_on(words: list[str]) -> dict[str, list[str]]:
    found = {}
    for word in words:
        name, sign, conditions = word.partition("=")
        if not sign:
            raise ValueError(f"'--trained-on' must be NAME=A,B (got {word!r})")
        found[name] = [part for part in conditions.split(",") if part]
    return found

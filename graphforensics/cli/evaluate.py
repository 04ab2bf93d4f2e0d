"""``graphforensics evaluate``: figures of a trained detector on face stores."""

from __future__ import annotations

import argparse
import sys

from graphforensics.cli.messages import plain_messages
from graphforensics.cli.model_choice import add_saved_model, saved_model
from graphforensics.cli.results import require_folder, write_json, write_result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    add_saved_model(parser)
    parser.add_argument(
        "--data", required=True, nargs="+", metavar="STORE", help="face stores of 'extract'"
    )
    parser.add_argument(
        "--labels", metavar="CSV", help="labels that count more than the stores', as for 'train'"
    )
    parser.add_argument(
        "--split", metavar="JSON", help="a run's split.json; default: everything in the stores"
    )
    parser.add_argument(
        "--part", choices=("train", "val", "test"), help="part of the split; default: test"
    )
    parser.add_argument("--clips", type=int, default=1, help="samples a face track; default: 1")
    parser.add_argument(
        "--video-score",
        choices=("mean", "max"),
        default="mean",
        help="how the clips' scores make the video's; default: mean",
    )
    parser.add_argument(
        "--threshold", type=float, default=0.5, help="scores from here on are fake; default: 0.5"
    )
    parser.add_argument("--batch-size", type=int, default=8, help="default: 8")
    parser.add_argument("--workers", type=int, default=0, help="processes that load; default: 0")
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap; default: 0")
    parser.add_argument("--json", metavar="FILE", help="write the figures here")
    parser.add_argument("--csv", metavar="FILE", help="write every video's score here")


def run(args: argparse.Namespace) -> int:
    """Evaluate, print the figures, and return the exit status."""
    from graphforensics.inference import evaluate
    from graphforensics.train.provenance import provenance

    for path in (args.json, args.csv):
        require_folder(path)
    with plain_messages():
        report = evaluate(
            saved_model(args),
            args.data,
            labels=args.labels,
            split=args.split,
            part=args.part,
            clips=args.clips,
            how=args.video_score,
            threshold=args.threshold,
            batch_size=args.batch_size,
            workers=args.workers,
            seed=args.seed,
            progress=sys.stderr.isatty(),
        )
    if args.csv:
        write_result(args.csv, report.csv())
    if args.json:
        write_json(args.json, {"model": args.model, **report.to_dict(), **provenance()})
    print("\n".join(report.lines()))
    return 0

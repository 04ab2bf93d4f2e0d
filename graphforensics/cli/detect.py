"""``graphforensics detect``: how likely one clip or image is forged."""

from __future__ import annotations

import argparse

from graphforensics.cli.messages import plain_messages, say
from graphforensics.cli.model_choice import add_saved_model, saved_model
from graphforensics.cli.results import require_folder, write_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.epilog = (
        "The file's probability is the highest of its faces'. Without a face there is none: the "
        "verdict says so, the JSON holds null, and the exit status is 0."
    )
    parser.add_argument("clip", metavar="CLIP", help="video, animation or image")
    add_saved_model(parser)
    parser.add_argument(
        "--clips",
        type=int,
        default=1,
        metavar="N",
        help="samples a face, each over the whole file; more look at more frames; default: 1",
    )
    parser.add_argument(
        "--threshold",
        type=float,
        help="called forged from here on; default: what 'calibrate' chose, else 0.5",
    )
    parser.add_argument("--json", metavar="FILE", help="write the report here")
    parser.add_argument(
        "--heatmap",
        metavar="PNG",
        help="draw here where in the most suspicious face the score comes from; below it, of lrl "
        "and aunet, which pixels they call forged (of use where they were trained with masks)",
    )


def run(args: argparse.Namespace) -> int:
    """Score the file, print the report, and return the exit status."""
    from graphforensics.inference import detect

    require_folder(args.json)
    require_folder(args.heatmap)
    with plain_messages():
        report = detect(
            args.clip,
            saved_model(args),
            clips=args.clips,
            threshold=args.threshold,
            heatmap=args.heatmap,
        )
    if args.json:
        write_json(args.json, {"model": args.model, **report.to_dict()})
    say(*report.lines())
    if args.heatmap and report.probability is not None:
        say(f"heat map: {args.heatmap}")
    return 0

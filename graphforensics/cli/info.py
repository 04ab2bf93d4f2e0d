"""``graphforensics info``: what is installed and found here, to be pasted into a report."""

from __future__ import annotations

import argparse
from typing import Any

from graphforensics.cli.messages import plain_messages, say
from graphforensics.cli.results import require_folder, write_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.description = (
        "Tell versions, extras, devices, the precision that is fast here, and which weights and "
        "data were found. Nothing is loaded from a network. The lines may be pasted into a report: "
        "your home folder is written as ~."
    )
    parser.add_argument("--json", metavar="FILE", help="write the same as JSON")


def run(args: argparse.Namespace) -> int:
    """Tell, and return the exit status."""
    from graphforensics.cli.environment import environment

    require_folder(args.json)
    with plain_messages():
        found = environment()
    if args.json:
        write_json(args.json, found)
    say(*info_lines(found))
    return 0


def info_lines(found: dict[str, Any]) -> list[str]:
    """Return what was found as lines of text, a section a key."""
    lines = []
    for title, entries in found.items():
        lines.append(f"{title}:")
        lines += [f"  {name}: {value}" for name, value in entries.items()]
    return lines

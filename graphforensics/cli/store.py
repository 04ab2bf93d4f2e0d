"""``graphforensics store``: what a face store holds."""

from __future__ import annotations

import argparse

from graphforensics.cli.messages import plain_messages, say
from graphforensics.cli.results import require_folder, write_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.add_argument("store", metavar="STORE", help="folder or URL of the face store")
    parser.add_argument("--json", metavar="FILE", help="write the figures here as well")
    parser.add_argument(
        "--thumbnails",
        metavar="PNG",
        help="write a page of faces, one a track, evenly over the store; framed blue: real, "
        "orange: fake, grey: unknown",
    )
    parser.add_argument(
        "--count", type=int, default=48, metavar="N", help="faces on the page; default: 48"
    )
    parser.add_argument(
        "--size", type=int, default=96, metavar="N", help="side of a face in pixels; default: 96"
    )
    parser.add_argument(
        "--verify", action="store_true", help="read every row, and tell what is damaged"
    )


def run(args: argparse.Namespace) -> int:
    """Count, draw, check, and return the exit status: 2 where something is damaged."""
    from graphforensics.media.save_picture import picture_format, save_picture
    from graphforensics.store.contact_sheet import contact_sheet
    from graphforensics.store.face_store import FaceStore
    from graphforensics.store.store_statistics import store_statistics

    for path in (args.json, args.thumbnails):
        require_folder(path)
    if args.thumbnails:
        picture_format(args.thumbnails)
    with plain_messages():
        store = FaceStore(args.store)
        statistics = store_statistics(store)
        problems = store.verify() if args.verify else []
    say(*statistics.lines())
    if args.json:
        write_json(args.json, statistics.to_dict())
    if args.thumbnails:
        save_picture(contact_sheet(store, args.count, args.size), args.thumbnails)
        say(f"written: {args.thumbnails}")
    if args.verify:
        say(*(map(str, problems) if problems else ("verified: nothing is damaged",)))
    return 2 if problems else 0

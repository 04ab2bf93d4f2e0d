"""``graphforensics detect``: how likely clips and images are forged."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphforensics.cli.early_checks import (
    require_device,
    require_journal,
    require_media,
    require_other_files,
)
from graphforensics.cli.messages import plain_messages, say
from graphforensics.cli.model_choice import add_saved_model, choose_model, device_of, saved_model
from graphforensics.cli.results import require_folder, write_json, write_result
from graphforensics.errors import UnreadableMediaError

if TYPE_CHECKING:
    from graphforensics.inference.detection_report import DetectionReport
    from graphforensics.inference.file_job import FileResult
    from graphforensics.models import Detector


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.epilog = (
        "The verdict is 'forged', 'inconclusive' or 'not forged'; the file's probability is the "
        "highest of its faces'. Without a face there is none: the verdict says so, the JSON holds "
        "null, and the exit status is 0. Of several files, a folder or a table, the ones that "
        "cannot be read are listed, and the exit status is 3."
    )
    parser.add_argument(
        "clip",
        nargs="+",
        metavar="CLIP",
        help="video, animation, image, folder, pattern in quotes, or CSV table with a column "
        "'file'",
    )
    add_saved_model(parser)
    add_clips(parser)
    parser.add_argument(
        "--threshold",
        type=float,
        help="what the inconclusive band lies around; default: what 'calibrate' learned, else 0.5",
    )
    parser.add_argument("--json", metavar="FILE", help="write the report here")
    parser.add_argument(
        "--heatmap",
        metavar="PNG",
        help="draw here where in the most suspicious face the score comes from; below it, of lrl "
        "and aunet, which pixels they call forged (of use where they were trained with masks)",
    )
    parser.add_argument(
        "--report",
        metavar="HTML",
        help="write a page here that shows the verdict and what it rests on; of many files an "
        "index, and a page each in the folder NAME_pages beside it",
    )
    parser.add_argument(
        "--compare",
        metavar="OTHER",
        help="show another clip in the report, and how its relations differ",
    )
    parser.add_argument(
        "--explanations",
        metavar="JSON",
        help="what benchmarks/explanations.py --json measured of this detector: which explanations "
        "a report may show and put into words",
    )
    _add_many(parser)


def add_clips(parser: argparse.ArgumentParser) -> None:
    """Add the option that says how many samples are judged."""
    parser.add_argument(
        "--clips",
        type=int,
        metavar="N",
        help="samples a face, each over the whole file; more look at more frames; default: 8 "
        "frames, or 3 clips, of detectors of clips; fewer in a short file",
    )


def _add_many(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("many files")
    group.add_argument("--csv", metavar="FILE", help="write a row a file here")
    group.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="worker processes, 0: none; default: one a core, at most one a file",
    )
    group.add_argument(
        "--resume",
        metavar="FILE",
        help="what is done is kept here, and a rerun skips it unless file or detector have "
        "changed; default: beside --csv or --json, as FILE.done.jsonl",
    )
    group.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="show a progress bar; default: on a terminal",
    )


def run(args: argparse.Namespace) -> int:
    """Judge one file or many, print the report, and return the exit status."""
    outputs = (args.json, args.heatmap, args.csv, args.resume, args.report)
    for path in outputs:
        require_folder(path)
    compared = [args.compare] if args.compare else []
    require_other_files(outputs, [*args.clip, *compared])
    require_journal(args.resume)
    require_device(args.device)
    many = len(args.clip) > 1 or args.csv or args.resume or _holds_many(args.clip[0])
    for path in [*([] if many else args.clip), *compared]:
        require_media(path)
    _require_one(args, many)
    choose_model(args)
    return _many(args) if many else _one(args)


def _require_one(args: argparse.Namespace, many: bool) -> None:
    """Refuse options that say nothing here."""
    for name in ("compare", "explanations"):
        if getattr(args, name) and not args.report:
            raise ValueError(f"'--{name}' is for a report: give '--report' as well")
        if getattr(args, name) and many:
            raise ValueError(f"'--{name}' is for the report of one file")


def _holds_many(path: str) -> bool:
    from graphforensics.inference.media_list import is_table

    # A name with signs of a pattern may still be that of a file.
    pattern = any(sign in path for sign in "*?[") and not Path(path).exists()
    return is_table(path) or pattern or Path(path).is_dir()


def _one(args: argparse.Namespace) -> int:
    with plain_messages():
        report = _judged_one(args)
    if args.json:
        write_json(args.json, {"model": args.model, **report.to_dict()})
    say(*report.lines())
    if args.heatmap and report.probability is not None:
        say(f"heat map: {args.heatmap}")
    if args.report:
        say(f"report: {args.report}")
    return 0


def _judged_one(args: argparse.Namespace) -> DetectionReport:
    (clip,) = args.clip
    model = saved_model(args)
    if not args.report:
        from graphforensics.inference import detect

        return detect(clip, model, clips=args.clips, threshold=args.threshold, heatmap=args.heatmap)
    return _with_page(args, clip, model)


def _with_page(args: argparse.Namespace, clip: str, model: Detector) -> DetectionReport:
    from graphforensics.explain.faithfulness_table import FaithfulnessTable
    from graphforensics.report import model_card, write_report

    return write_report(
        clip,
        model,
        args.report,
        args.clips,
        args.threshold,
        compare=args.compare,
        settings={"Weights": args.model, "Device": str(device_of(args))},
        card=model_card(args.model),
        table=FaithfulnessTable.read(args.explanations) if args.explanations else None,
        heatmap=args.heatmap,
    )


def _many(args: argparse.Namespace) -> int:
    from graphforensics.inference.media_list import media_list

    if args.heatmap:
        raise ValueError("'--heatmap' is for one file")
    files, empty = media_list(args.clip)
    if not files:
        raise UnreadableMediaError(*empty[0])
    require_other_files((args.json, args.csv, args.resume), files)
    from graphforensics.inference.result_table import result_csv, result_lines

    results = [*_judged(args, files), *(_empty(path, reason) for path, reason in empty)]
    if args.csv:
        write_result(args.csv, result_csv(results))
    if args.json:
        write_json(args.json, _document(args, results))
    print("\n".join(result_lines(results)))
    return 3 if any(result.status == "failed" for result in results) else 0


def _judged(args: argparse.Namespace, files: list[Path]) -> list[FileResult]:
    from graphforensics.inference.detect_files import detect_files
    from graphforensics.report import report_files

    beside = args.csv or args.json or args.report
    options: dict[str, Any] = {
        "clips": args.clips,
        "threshold": args.threshold,
        "device": str(device_of(args)),
        "workers": args.workers,
        "state": args.resume or (f"{beside}.done.jsonl" if beside else None),
        "progress": sys.stderr.isatty() if args.progress is None else args.progress,
    }
    with plain_messages():
        if args.report:
            return report_files(files, args.model, args.report, **options)
        return detect_files(files, args.model, **options)


def _empty(path: str, reason: str) -> FileResult:
    from graphforensics.inference.file_job import FileResult

    return FileResult(path, "failed", None, reason)


def _document(args: argparse.Namespace, results: list[FileResult]) -> dict[str, Any]:
    settings = {"model": args.model, "clips": args.clips, "threshold": args.threshold}
    return {**settings, "files": [result.to_dict() for result in results]}

"""``graphforensics calibrate``: probabilities that mean something, and a threshold."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from graphforensics._text import shown
from graphforensics.cli.early_checks import (
    require_device,
    require_model,
    require_stores,
    require_tables,
)
from graphforensics.cli.messages import plain_messages, say
from graphforensics.cli.model_choice import add_device, saved_model
from graphforensics.cli.results import require_folder, write_json
from graphforensics.cli.split_choice import chosen_split
from graphforensics.errors import CheckpointError

if TYPE_CHECKING:
    from graphforensics.models import Calibration


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.epilog = (
        "Writes calibration.json beside the weights, where 'detect' and 'evaluate' find it. Give "
        "validation data: a threshold chosen on test data flatters the accuracy."
    )
    parser.add_argument(
        "--model",
        required=True,
        metavar="FOLDER",
        help="trained detector: RUN/best, or any folder of save_pretrained",
    )
    add_device(parser)
    parser.add_argument(
        "--data", required=True, nargs="+", metavar="STORE", help="face stores of 'extract'"
    )
    parser.add_argument(
        "--labels", metavar="CSV", help="labels that count more than the stores', as for 'train'"
    )
    parser.add_argument(
        "--split",
        metavar="JSON|official|none",
        help="a run's split.json; default: that of the run that the detector comes from where it "
        "fits the stores, else, and with 'none', everything in them is validation data",
    )
    parser.add_argument(
        "--part", choices=("train", "val", "test"), help="part of the split; default: val"
    )
    parser.add_argument(
        "--manipulations",
        nargs="+",
        metavar="NAME",
        help="fakes of these only, as in training; default: all",
    )
    parser.add_argument("--clips", type=int, default=1, help="samples a face track; default: 1")
    parser.add_argument(
        "--goal",
        choices=("accuracy", "balanced_accuracy"),
        default="accuracy",
        help="what the thresholds are best for; default: accuracy",
    )
    parser.add_argument("--batch-size", type=int, default=8, help="default: 8")
    parser.add_argument("--workers", type=int, default=0, help="processes that load; default: 0")
    parser.add_argument("--json", metavar="FILE", help="write the figures here as well")


def run(args: argparse.Namespace) -> int:
    """Calibrate, write the file, and return the exit status."""
    require_folder(args.json)
    require_device(args.device)
    require_model(args.model)
    require_stores(args.data)
    require_tables(args.labels, None if args.split in ("official", "none") else args.split)
    folder = Path(args.model)
    if folder.is_file():
        raise CheckpointError(
            f"{args.model}: a checkpoint has no place for a calibration; give a folder of "
            "save_pretrained, as RUN/best"
        )
    from graphforensics.evaluation.calibrate import calibrate
    from graphforensics.evaluation.run_split import run_split
    from graphforensics.models.calibration import weights_hash

    with plain_messages():
        run = run_split(args.model, args.data, args.labels)
        split = chosen_split(args.split, run)
        found = calibrate(
            saved_model(args),
            args.data,
            labels=args.labels,
            split=split,
            part=args.part,
            clips=args.clips,
            goal=args.goal,
            manipulations=args.manipulations,
            batch_size=args.batch_size,
            workers=args.workers,
            progress=sys.stderr.isatty(),
        )
    found = replace(found, weights=weights_hash(folder))
    place = found.write(folder)
    if args.json:
        write_json(args.json, found.to_dict())
    part = "everything in the stores" if split is None else f"part '{found.about['part']}'"
    say(f"validation data: {part}" + ("" if split is None else f" of {shown(split)}"))
    say(*calibration_lines(found))
    say(f"written: {place}")
    return 0


def calibration_lines(found: Calibration) -> list[str]:
    """Tell a calibration as lines of text."""
    about = found.about
    loss, error = about["log_loss"], about["calibration_error"]
    low, high = found.bands["mean"]
    lines = [
        f"temperature {found.temperature:.4g}, from {about['samples']} samples of "
        f"{about['videos']} videos ({about['real_videos']} real, {about['fake_videos']} fake)",
        f"negative log-likelihood {loss[0]:.4f}, calibrated {loss[1]:.4f}; "
        f"calibration error {error[0]:.4f}, calibrated {error[1]:.4f}",
        f"threshold of a video's mean score: {found.thresholds['mean']:.4g}; "
        f"inconclusive from {low:.4g} to {high:.4g}",
    ]
    if not found.fitted:
        lines[0] = lines[0].replace("temperature 1,", "uncalibrated,", 1)
        lines.append(
            "no temperature suits: these data are told apart without an error, or worse than by "
            "chance; the detector stays uncalibrated, and the probability is but a score"
        )
    return lines

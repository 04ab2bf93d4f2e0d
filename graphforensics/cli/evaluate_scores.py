"""``graphforensics evaluate --scores``: figures from tables of anybody's scores."""

from __future__ import annotations

import argparse
from pathlib import Path

from graphforensics.cli.messages import plain_messages, say
from graphforensics.cli.results import require_folder, write_json, write_result

# Options that say how a detector runs.
_OF_MODELS = ("model", "data", "protocol", "out", "trained_on", "kinds", "levels", "perturb")


def add_scores(parser: argparse.ArgumentParser) -> None:
    """Add the options of tables of scores."""
    group = parser.add_argument_group("scores of other detectors")
    group.add_argument(
        "--scores",
        nargs="+",
        metavar="[NAME=]CSV",
        help="tables with the columns video and score, in place of --model and --data; labels come "
        "from a column label, --labels or --split; several tables are compared",
    )
    group.add_argument(
        "--polarity",
        choices=("fake", "real"),
        help="what high scores of --scores mean; default: fake",
    )


def run_scores(args: argparse.Namespace) -> int:
    """Measure the tables, print the figures, and return the exit status."""
    from graphforensics.evaluation.scores.evaluate_scores import evaluate_scores

    for name in _OF_MODELS:
        if getattr(args, name):
            raise ValueError(f"'--{name.replace('_', '-')}' does not go with '--scores'")
    for path in (args.json, args.csv):
        require_folder(path)
    whole = args.split == "none" or args.part == "all"
    with plain_messages():
        report = evaluate_scores(
            _named(args.scores),
            labels=args.labels,
            split=None if whole else args.split,
            part=None if whole else args.part,
            polarity=args.polarity or "fake",
            how=args.video_score,
            threshold=args.threshold,
            seed=args.seed,
            resamples=args.resamples,
        )
    if args.csv:
        write_result(args.csv, report.csv())
    if args.json:
        write_json(args.json, {"seed": args.seed, **report.to_dict()})
    say(*report.lines())
    return 0


def _named(words: list[str]) -> dict[str, str]:
    """Name tables, those without a name by their file's stem."""
    found: dict[str, str] = {}
    for word in words:
        name, sign, path = word.partition("=")
        if not (sign and name) or Path(word).exists():
            name, path = Path(word).stem, word
        if name in found:
            raise ValueError(f"'--scores' has two tables called {name!r}; write NAME=CSV")
        found[name] = path
    return found

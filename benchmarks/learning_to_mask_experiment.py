"""Learning to Mask with its strategies, the paper's table 4, over several seeds.

A detector for each strategy and seed is trained on the same face stores and measured on people that
it has not seen, every kind of forgery for itself. A seed draws the parts, by identity, and the
weights at the start: within a seed all strategies have the same people in the same parts and the
same student to start from, so that their differences can be taken seed by seed. Where the places
to hide do not depend on the teacher, ``random`` and ``none``, it is left out: it would change
nothing of the student. ``bare`` is the network by itself, without masking and without mixup.

    python benchmarks/learning_to_mask_experiment.py --data faces --out masking
    python benchmarks/learning_to_mask_experiment.py --data faces --out unseen \\
        --manipulations self_blend            # trained on one kind, measured on all
    python benchmarks/learning_to_mask_experiment.py --fake --quick --out masking  # drawn faces

A step is skipped when its result is there, so that a broken run goes on where it was. ``OUT`` holds
a folder for every run, ``seed_N`` with the figures of a seed and their intervals,
``result.json`` and ``table.md``.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from begin import begin
from experiment import drawn_clips, run

STRATEGIES = ("high", "low", "random", "none")
#: The mean over the kinds of forgeries, as a condition of its own.
MEAN = "mean"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", nargs="+", type=Path, help="face stores of real and fake faces")
    parser.add_argument("--fake", action="store_true", help="on drawn faces instead")
    parser.add_argument("--out", type=Path, required=True, help="folder of everything")
    parser.add_argument("--labels", type=Path, help="labels that count more than the stores'")
    parser.add_argument("--manipulations", nargs="+", help="fakes to train on; default: all")
    parser.add_argument(
        "--strategies", nargs="+", choices=(*STRATEGIES, "bare"), default=list(STRATEGIES)
    )
    parser.add_argument("--seeds", type=int, default=3, help="default: 3")
    parser.add_argument("--epochs", type=int, default=20, help="of a run; default: 20")
    parser.add_argument(
        "--seconds",
        type=float,
        help="longest time of a run; slower strategies then have fewer epochs; default: none",
    )
    parser.add_argument("--encoder", default="resnet18", help="default: resnet18")
    parser.add_argument("--encoder-weights", help="'default', or a file; default: random")
    parser.add_argument("--stage", type=int, default=-2, help="of the encoder; default: -2")
    parser.add_argument("--size", type=int, default=112, help="side of a face; default: 112")
    parser.add_argument("--blocks", type=int, default=2, help="of the teacher; default: 2")
    parser.add_argument("--diversity", choices=("equation", "purpose"), default="equation")
    parser.add_argument("--batch-size", type=int, default=16, help="default: 16")
    parser.add_argument("--precision", choices=("auto", "32", "bf16-mixed"), default="auto")
    parser.add_argument("--lr", type=float, default=1e-3, help="Adam's step size; default: 1e-3")
    parser.add_argument("--samples", type=int, default=8, help="of a track and epoch; default: 8")
    parser.add_argument("--clips", type=int, default=4, help="faces a test track; default: 4")
    parser.add_argument("--fractions", nargs=3, type=float, default=(0.6, 0.15, 0.25))
    parser.add_argument("--workers", type=int, default=0, help="processes that load; default: 0")
    parser.add_argument("--quick", action="store_true", help="only see whether it runs")
    args = parser.parse_args()
    if args.fake == (args.data is not None):
        parser.error("give either --data STORE or --fake")
    if args.quick:
        args.seeds, args.epochs, args.samples, args.clips = min(args.seeds, 2), 1, 1, 1
        args.encoder, args.size, args.stage, args.blocks = "resnet10t", 64, 3, 1
    return args


def drawn_store(args: argparse.Namespace) -> list[Path]:
    """Draw faces and their forgeries and put them into a store."""
    store = args.out / "faces"
    if not (store / "manifest.parquet").is_file():
        _, table = drawn_clips(args.out, args.quick)
        run("prepare", "folder", table.parent, "--table", table, "--out", store, "--workers", 0)
    return [store]


def keywords(args: argparse.Namespace, strategy: str) -> list[str]:
    """Return what the model of a strategy is built with, as words of the command line."""
    known: dict[str, Any] = {
        "size": args.size,
        "encoder_stage": args.stage,
        "blocks": args.blocks,
        "diversity": args.diversity,
        "strategy": "none" if strategy == "bare" else strategy,
        "mixup": str(strategy != "bare").lower(),
        "student_only": str(strategy in ("random", "none", "bare")).lower(),
    }
    if args.encoder_weights:
        known["encoder_weights"] = args.encoder_weights
    return [word for key, value in known.items() for word in ("--set", f"{key}={value}")]


def train(args: argparse.Namespace, stores: Sequence[Path]) -> dict[int, dict[str, Path]]:
    """Train every strategy with every seed; return the detectors."""
    common = ["--data", *stores, "--encoder", args.encoder, "--pairs", "--lr", args.lr]
    common += ["--batch-size", args.batch_size, "--epochs", args.epochs, "--decay-every", 1]
    common += ["--decay", 0.9, "--clip-gradients", 5, "--workers", args.workers]
    common += ["--precision", args.precision]
    common += ["--fractions", *args.fractions, "--clips", args.samples]
    for name in ("labels", "seconds"):
        if getattr(args, name) is not None:
            common += ["--max-time" if name == "seconds" else f"--{name}", getattr(args, name)]
    if args.manipulations:
        common += ["--manipulations", *args.manipulations]
    trained: dict[int, dict[str, Path]] = {}
    for seed in range(args.seeds):
        trained[seed] = {}
        for strategy in args.strategies:
            folder = args.out / f"{strategy}_{seed}"
            trained[seed][strategy] = folder / "best"
            if (folder / "done").is_file():
                continue
            resume = ["--resume"] if (folder / "run.json").is_file() else []
            run("train", "--model", "learning_to_mask", "--out", folder, "--seed", seed,
                *common, *keywords(args, strategy), *resume)  # fmt: skip
            (folder / "done").touch()
    return trained


def evaluate(
    args: argparse.Namespace, stores: Sequence[Path], trained: dict[int, dict[str, Path]]
) -> list[dict[str, Any]]:
    """Measure every detector on the test people of its seed, and return all figures."""
    rows = []
    for seed, detectors in trained.items():
        out = args.out / f"seed_{seed}"
        if not (out / "report.json").is_file():
            models = [f"{name}={path}" for name, path in detectors.items()]
            labels = ["--labels", args.labels] if args.labels else []
            split = next(iter(detectors.values())).parent / "split.json"
            run("evaluate", "--protocol", "cross-manipulation", "--model", *models,
                "--data", *stores, "--split", split, "--clips", args.clips, *labels,
                "--out", out)  # fmt: skip
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
        for name, path in detectors.items():
            cells = [cell for cell in report["cells"] if cell["model"] == name]
            rows += [{"seed": seed, "epochs": epochs(path.parent), **cell} for cell in cells]
    return rows


def epochs(folder: Path) -> int:
    """Count the epochs of a run."""
    return len((folder / "metrics.csv").read_text(encoding="utf-8").splitlines()) - 1


def by_condition(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, dict[int, float]]]:
    """Sort the AUCs by kind of forgery, strategy and seed, and add the mean over the kinds."""
    found: dict[str, dict[str, dict[int, float]]] = {}
    for row in rows:
        if row["auc"] is not None:
            strategies = found.setdefault(row["condition"], {})
            strategies.setdefault(row["model"], {})[row["seed"]] = row["auc"]
    kinds = list(found.values())
    means: dict[str, dict[int, float]] = {}
    for strategy in kinds[0]:
        seeds = set.intersection(*(set(kind.get(strategy, {})) for kind in kinds))
        means[strategy] = {
            seed: statistics.fmean(kind[strategy][seed] for kind in kinds) for seed in sorted(seeds)
        }
    return {**found, MEAN: means} if len(kinds) > 1 else found


def spread(values: Sequence[float]) -> dict[str, float | int | None]:
    """Return mean and standard deviation over the seeds."""
    return {
        "mean": statistics.fmean(values) if values else None,
        "sd": statistics.stdev(values) if len(values) > 1 else None,
        "seeds": len(values),
    }


def summarise(found: dict[str, dict[str, dict[int, float]]]) -> list[dict[str, Any]]:
    """Return a row for every kind of forgery and strategy, with its difference to ``high``."""
    rows = []
    for condition, strategies in found.items():
        for name, seeds in strategies.items():
            high = strategies.get("high", {})
            less = [high[seed] - seeds[seed] for seed in seeds if seed in high]
            row = {
                "condition": condition,
                "strategy": name,
                "by_seed": seeds,
                **spread([*seeds.values()]),
            }
            rows.append({**row, "high_less_this": None if name == "high" else spread(less)})
    return rows


def table(summary: Sequence[dict[str, Any]], trained_on: str) -> str:
    """Return the figures as a Markdown table."""
    lines = [
        f"Video AUC on people that were not seen, trained on {trained_on}; mean ± standard "
        "deviation over the seeds, which draw people and weights.",
        "",
        "| forgeries | strategy | AUC | by seed | high less this |",
        "|---|---|---|---|---|",
    ]
    for row in summary:
        seeds = ", ".join(f"{100 * value:.1f}" for _, value in sorted(row["by_seed"].items()))
        less = "" if row["high_less_this"] is None else said(row["high_less_this"], sign="+")
        cells = [row["condition"], row["strategy"], said(row), seeds, less]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def said(row: dict[str, Any], sign: str = "") -> str:
    """Return mean and deviation in per cent."""
    if row["mean"] is None:
        return "undefined"
    deviation = "" if row["sd"] is None else f" ± {100 * row['sd']:.1f}"
    return f"{100 * row['mean']:{sign}.1f}{deviation}"


def main() -> None:
    """Run all steps, write the figures and print the table."""
    args = arguments()
    begin(__doc__)
    args.out.mkdir(parents=True, exist_ok=True)
    stores = drawn_store(args) if args.fake else args.data
    rows = evaluate(args, stores, train(args, stores))
    summary = summarise(by_condition(rows))
    settings = {key: str(value) if isinstance(value, Path) else value
                for key, value in vars(args).items() if key != "data"}  # fmt: skip
    result = {"settings": settings, "data": [str(store) for store in stores],
              "summary": summary, "cells": rows}  # fmt: skip
    text = json.dumps(result, indent=1, default=str) + "\n"
    (args.out / "result.json").write_text(text, encoding="utf-8")
    shown = table(summary, ", ".join(args.manipulations or ["all of them"]))
    (args.out / "table.md").write_text(shown, encoding="utf-8")
    print(shown)


if __name__ == "__main__":
    main()

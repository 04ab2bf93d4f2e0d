"""The program: reads a configuration, runs what is missing, writes the tables."""

from __future__ import annotations

import argparse
import json
import os
import platform
from dataclasses import replace
from pathlib import Path
from typing import Any

from begin import begin

from graphforensics import __version__
from study.configuration import Study, as_dict, read_study
from study.protocols import Protocols, Results
from study.report import write_results
from study.sets import make_stores
from study.step_runner import StepRunner, lock

HERE = Path(__file__).parent


def main(doc: str | None = __doc__) -> None:
    """Run a study, or estimate its hours."""
    args = _arguments()
    config = HERE / "quick.yaml" if args.quick else args.config
    study = read_study(config)
    if args.detectors:
        study = _only(study, args.detectors)
    if args.estimate is not None:
        print(estimate(study, args.estimate))
        return
    begin(doc)
    out = args.out.resolve()
    runner = StepRunner(out / "steps", held=[lock(out / "lock")])
    runner.root.mkdir(parents=True, exist_ok=True)
    about = _about(study, config)

    def write(results: Results) -> None:
        write_results(out, about, results)

    stores = make_stores(study, args.data, runner)
    Protocols(study, stores, runner, write).all()
    print((out / "results.md").read_text(encoding="utf-8"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/study", description=__doc__)
    parser.add_argument("--config", type=Path, default=HERE / "small.yaml", help="YAML file")
    parser.add_argument("--data", type=Path, help="folder with a manifest.csv")
    parser.add_argument("--out", type=Path, help="folder of all steps and results")
    parser.add_argument("--detectors", nargs="+", help="only these of the configuration")
    parser.add_argument("--quick", action="store_true", help="drawn faces, two steps: a try")
    parser.add_argument(
        "--estimate", type=Path, metavar="RESULTS", help="hours, by the steps/s of a results.json"
    )
    args = parser.parse_args()
    if args.out is None and args.estimate is None:
        parser.error("give --out, the folder of everything")
    return args


def _only(study: Study, names: list[str]) -> Study:
    """Leave out other detectors and their questions."""
    unknown = [name for name in names if name not in study.detectors]
    if unknown:
        raise SystemExit(f"the configuration has no detector {unknown[0]!r}")
    questions = {key: one for key, one in study.questions.items() if one.detector in names}
    detectors = {
        name: replace(case, beside=case.beside if case.beside in names else None)
        for name, case in study.detectors.items()
        if name in names
    }
    return replace(study, detectors=detectors, questions=questions)


def _about(study: Study, config: Path) -> dict[str, Any]:
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "configuration": config.name,
        "graphforensics": __version__,
        "torch": torch.__version__,
        "machine": f"{platform.machine()}, {cores} cores",
        "seeds": list(study.seeds),
        "steps of a training": study.steps,
        "settings": as_dict(study),
    }


def estimate(study: Study, results: Path) -> str:
    """Say how many hours the trainings of a study take at the speed of another one's results.

    Forging, extraction and scoring are not in it.
    """
    said = json.loads(results.read_text(encoding="utf-8"))
    rates = {row["detector"]: row["training_steps_a_second"] for row in said["results"]["cost"]}
    families = {family for one in study.sets.values() for family in one.families}
    left_out = len(families) if "leave_one_family_out" in study.protocols else 0
    lines, total = [], 0.0
    for name in study.detectors:
        if name not in rates:
            lines.append(f"{name}: no steps/s in {results}")
            continue
        steps = study.steps * (1 + left_out)
        variants = sum(
            len(one.variants) for one in study.questions.values() if one.detector == name
        )
        steps += variants * (study.question_steps or study.steps)
        hours = steps * len(study.seeds) / rates[name] / 3600
        total += hours
        lines.append(f"{name}: {hours:.1f} h")
    return "\n".join([*lines, f"trainings together: {total:.1f} h"])

"""What Learning to Mask's student costs at inference beside its bare network.

    python benchmarks/learning_to_mask.py [--images 1] [--rounds 15] [--threads 1] [--json FILE]

Ways through the same images, taken in turns so that whatever else the machine does falls on all
alike:

- ``bare``: timm's network of the same name with one class, its own pooling and classifier;
- ``bare again``: the same once more, which tells how far the clock can be trusted;
- ``student``: the detector as ``detect`` runs it, with a teacher in memory that is not asked;
- ``student alone``: the same without a teacher;
- ``teacher asked``: the detector with the teacher's attention, as ``graph`` runs it.

Ratios are medians over the rounds of a way's processor time over that of ``bare`` in the same
round; multiplications and additions are counted by torch.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import timm
import torch
from begin import begin
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from graphforensics.models import LearningToMask

#: The student alone may cost so much of its bare network.
WANTED = 1.05

Way = tuple[nn.Module, Callable[[Tensor], object]]


def main() -> None:
    """Measure, print the table, and write the JSON file if asked to."""
    arguments = parse()
    begin(__doc__)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    model = LearningToMask(encoder=arguments.encoder, size=arguments.size).eval()
    images = torch.rand(arguments.images, *model.input_spec.shape)
    runs = ways(model, arguments.encoder)
    rounds = measure(runs, images, arguments.rounds)
    report: dict[str, Any] = {
        "setting": setting(model, images, arguments.rounds),
        "ways": {name: row(run, images[:1], rounds, name) for name, run in runs.items()},
    }
    show(report)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--images", type=int, default=1, help="images in the batch (1)")
    parser.add_argument("--rounds", type=int, default=15, help="turns that each way gets (15)")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch (1)")
    parser.add_argument("--encoder", default="legacy_xception", help="network of timm (Xception)")
    parser.add_argument("--size", type=int, default=224, help="side of the images (224)")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def ways(model: LearningToMask, encoder: str) -> dict[str, Way]:
    """Return what is measured, by name: what it is of, and how it is called."""
    bare = timm.create_model(encoder, num_classes=1).eval()
    student = model.without_teacher()
    return {
        "bare": (bare, bare),
        "bare again": (bare, bare),
        "student": (model, model),
        "student alone": (student, student),
        "teacher asked": (model, model.attend),
    }


@torch.inference_mode()
def measure(
    runs: dict[str, Way], images: Tensor, rounds: int
) -> dict[str, list[tuple[float, float]]]:
    """Run all ways once to warm up, then in turns; return seconds by clock and by processor."""
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _, run in runs.values():
        run(images)
    for number in range(rounds):
        # Who goes first in a round changes, so that no way always follows the same other.
        names = list(runs)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            wall, cpu = time.perf_counter(), time.process_time()
            runs[name][1](images)
            seconds[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    return seconds


@torch.inference_mode()
def row(
    run: Way, image: Tensor, rounds: dict[str, list[tuple[float, float]]], name: str
) -> dict[str, float]:
    """Return the figures of one way."""
    counter = FlopCounterMode(display=False)
    with counter:
        run[1](image)
    wall, cpu = (statistics.median(clock) for clock in zip(*rounds[name], strict=True))
    ratios = [
        [own / bare for own, bare in zip(mine, theirs, strict=True)]
        for mine, theirs in zip(rounds[name], rounds["bare"], strict=True)
    ]
    over_wall, over_cpu = (statistics.median(clock) for clock in zip(*ratios, strict=True))
    return {
        "parameters": sum(p.numel() for p in run[0].parameters()),
        "flops": counter.get_total_flops(),
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "wall_ratio": over_wall,
        "cpu_ratio": over_cpu,
    }


def setting(model: LearningToMask, images: Tensor, rounds: int) -> dict[str, object]:
    """Say what was measured on what."""
    return {
        "encoder": repr(model.encoder),
        "input": list(images.shape),
        "rounds": rounds,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }


def show(report: dict[str, Any]) -> None:
    """Print the figures as a table."""
    for name, value in report["setting"].items():
        print(f"{name:10} {value}")
    head = f"{'way':15} {'M parameters':>13} {'GFLOPs':>8} {'wall s':>8} {'cpu s':>8}"
    print(f"\n{head} {'cpu ratio':>10} {'wall ratio':>11}")
    for name, figures in report["ways"].items():
        print(
            f"{name:15} {figures['parameters'] / 1e6:13.2f} {figures['flops'] / 1e9:8.3f} "
            f"{figures['wall_seconds']:8.3f} {figures['cpu_seconds']:8.3f} "
            f"{figures['cpu_ratio']:10.3f} {figures['wall_ratio']:11.3f}"
        )
    print(f"\nratios are over 'bare' of the same round; wanted of the student: at most {WANTED}")


if __name__ == "__main__":
    main()

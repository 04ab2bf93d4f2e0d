"""What a detector costs: parameters, products, images a second, memory.

    python benchmarks/study/cost.py WEIGHTS --json FILE [--rounds 5]

In a process of its own, so that its memory is the detector's and torch's alone.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from pathlib import Path
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from graphforensics.models import load_detector


def measure(weights: Path, rounds: int) -> dict[str, Any]:
    """Measure the inference of one sample at a time.

    Args:
        weights: Folder of a saved detector.
        rounds: Timed passes; their median counts.

    Returns:
        Parameters, FLOPs of an image (a multiplication and an addition are two), images in a
        sample, images a second with the threads used, and the peak of resident memory in MiB.
    """
    model = load_detector(weights, "cpu").eval()
    shape = model.input_spec.shape
    images = shape[0] * shape[2] if len(shape) == 5 else shape[0] if len(shape) == 4 else 1
    inputs = torch.rand(1, *shape)
    with torch.no_grad():
        with FlopCounterMode(display=False) as counter:
            model(inputs)
        seconds = []
        for _ in range(rounds):
            started = time.perf_counter()
            model(inputs)
            seconds.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "parameters": sum(item.numel() for item in model.parameters()),
        "flops_of_an_image": counter.get_total_flops() / images,
        "images_of_a_sample": images,
        "inference_images_a_second": images / statistics.median(seconds),
        "threads": torch.get_num_threads(),
        "peak_mebibytes": peak / 1024,
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    found = json.dumps(measure(args.weights, args.rounds), indent=1)
    args.json.write_text(found + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

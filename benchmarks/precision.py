"""What a training step costs in float32 over one in bfloat16, on the machine at hand.

    python benchmarks/precision.py [--recipes mrl_small ...] [--rounds 7] [--quick] [--json FILE]

A step is forward, loss, backward and optimiser, on one batch of noise with both classes, as the
recipe's task takes it. The two precisions take turns, so that whatever else the machine does falls
on both alike; the figure is the ratio of the medians of the process's processor time, beside that
of wall time. Above 1 bfloat16 is the faster one; well below 1 it is emulated, and
``precision: auto`` takes float32. It needs no data; ``--quick`` is half a minute on two cores.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from begin import begin

from graphforensics.models import DETECTORS, Detector
from graphforensics.models.fast_inference import computes_bfloat16
from graphforensics.train.config.optimizer_options import OptimizerOptions
from graphforensics.train.config.parts import build_part
from graphforensics.train.recipes.recipe import read_recipe

RECIPES = ("mrl_small", "lrl_small", "aunet_small", "learning_to_mask_small")
WAYS = ("float32", "bfloat16")


def main() -> None:
    """Measure, print a row a recipe, and write the JSON file if asked to."""
    arguments = parse()
    begin(__doc__)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    device = torch.device(arguments.device)
    report: dict[str, Any] = {
        "machine": {
            "device": str(device),
            "processor": platform.machine(),
            "computes_bfloat16": computes_bfloat16(device),
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
        },
        "recipes": {},
    }
    print(f"bfloat16 computed in: {'yes' if computes_bfloat16(device) else 'no, emulated'}")
    for name in RECIPES[:1] if arguments.quick else arguments.recipes:
        steps = build_steps(name, arguments.batch, device)
        row = measure(steps, 3 if arguments.quick else arguments.rounds)
        report["recipes"][name] = row
        print(
            f"{name}: float32 / bfloat16 {row['ratio_cpu']:.2f} of processor time, "
            f"{row['ratio_wall']:.2f} of wall time "
            f"({row['float32']['wall']:.3f} and {row['bfloat16']['wall']:.3f} s a step)",
            flush=True,
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--recipes", nargs="+", default=RECIPES, help="whose detectors to train")
    parser.add_argument("--batch", type=int, default=4, help="samples a step (4)")
    parser.add_argument("--rounds", type=int, default=7, help="turns that each precision gets (7)")
    parser.add_argument("--threads", type=int, help="threads of torch (its own choice)")
    parser.add_argument("--device", default="cpu", help="cpu (default), cuda, ...")
    parser.add_argument("--quick", action="store_true", help="one recipe, three rounds")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def build_steps(recipe: str, samples: int, device: torch.device) -> dict[str, Callable[[], object]]:
    """Return a training step in each precision, of the same detector on the same batch."""
    told = read_recipe(recipe)
    torch.manual_seed(0)
    model = DETECTORS[told["model"]](**told["set"]).to(device).train()
    options = build_part(OptimizerOptions, {"optimizer": told["optimizer"], "lr": 1e-6})
    optimizer = options.build(model.parameters())
    batch = noise(model, samples, device)

    def step(enabled: bool) -> None:
        optimizer.zero_grad()
        with torch.autocast(device.type, torch.bfloat16, enabled=enabled):
            loss = model.loss(model(batch["inputs"]), batch)["loss"]
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    return {way: lambda way=way: step(way == "bfloat16") for way in WAYS}  # type: ignore[misc]


def noise(model: Detector, samples: int, device: torch.device) -> dict[str, Any]:
    """Return a batch of noise, one half real and one forged, without masks."""
    inputs = torch.randn(samples, *model.input_spec.shape, device=device)
    label = (torch.arange(samples, device=device) % 2).float()
    size = model.input_spec.size
    return {
        "inputs": inputs,
        "label": label,
        "mask": torch.zeros(samples, 1, size, size, device=device),
        "has_mask": torch.zeros(samples, dtype=torch.bool, device=device),
        "landmarks": torch.rand(samples, 68, 2, device=device) * size,
    }


def measure(steps: dict[str, Callable[[], object]], rounds: int) -> dict[str, Any]:
    """Take every step once to warm up, then in turns; return medians of seconds and ratios."""
    seconds: dict[str, dict[str, list[float]]] = {name: {"wall": [], "cpu": []} for name in steps}
    for number in range(rounds + 1):
        for name, step in steps.items():
            wall, cpu = time.perf_counter(), time.process_time()
            step()
            if number:
                seconds[name]["wall"].append(time.perf_counter() - wall)
                seconds[name]["cpu"].append(time.process_time() - cpu)
    row: dict[str, Any] = {
        name: {clock: statistics.median(values) for clock, values in clocks.items()}
        for name, clocks in seconds.items()
    }
    for clock in ("wall", "cpu"):
        row[f"ratio_{clock}"] = row["float32"][clock] / row["bfloat16"][clock]
    return row


if __name__ == "__main__":
    main()

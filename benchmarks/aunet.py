"""What AUNet costs beside its trunk.

    python benchmarks/aunet.py [--images 2] [--rounds 9] [--threads N] [--size 224]
        [--letter] [--json FILE]

Two ways through the same weights and the same images, taken in turns so that whatever else the
machine does falls on both alike:

- ``trunk``: the image network up to the map that the encoders look at, Xception to block 11;
- ``forward``: the whole forward with the three encoders and what is read from them.

Seconds are medians of wall clock and of the process's processor time; multiplications and additions
are counted by torch, and a table says which part they and the parameters belong to. ``--letter``
takes the paper's letter for the convolutions: full ones, at the trunk's own width.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from begin import begin
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from graphforensics.models import AUNet

#: Parts of the model by the names that its modules have in it.
PARTS = {
    "trunk": "encoder",
    "1 x 1 convolution": "neck",
    "AU-specific branches": "specific",
    "AU-agnostic branches": "agnostic",
    "integration": "join",
    "reading": "read_",
}


def main() -> None:
    """Measure, print the tables, and write the JSON file if asked to."""
    arguments = parse()
    begin(__doc__)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    letter: dict[str, Any] = {"width": None, "convolution": "full"} if arguments.letter else {}
    model = AUNet(encoder=arguments.encoder, size=arguments.size, **letter).eval()
    images = torch.randn(arguments.images, *model.input_spec.shape)
    runs: dict[str, Callable[[], object]] = {
        "trunk": lambda: model.encoder(images),
        "forward": lambda: model(images),
    }
    report: dict[str, Any] = {
        "setting": setting(model, arguments.images),
        "parts": parts(model),
        "seconds": measure(runs, arguments.rounds),
    }
    report["ratios"] = ratios(report)
    show(report)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--images", type=int, default=2, help="images in the batch (2)")
    parser.add_argument("--rounds", type=int, default=9, help="turns that each way gets (9)")
    parser.add_argument("--threads", type=int, help="threads of torch (its own choice)")
    parser.add_argument("--encoder", default="legacy_xception", help="network of timm (Xception)")
    parser.add_argument("--size", type=int, default=224, help="side of the images (224)")
    parser.add_argument("--letter", action="store_true", help="the paper's full convolutions")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


@torch.inference_mode()
def measure(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, dict[str, float]]:
    """Run both ways once to warm up, then in turns; return the median seconds."""
    seconds: dict[str, dict[str, list[float]]] = {name: {"wall": [], "cpu": []} for name in runs}
    for run in runs.values():
        run()
    for _ in range(rounds):
        for name, run in runs.items():
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            seconds[name]["wall"].append(time.perf_counter() - wall)
            seconds[name]["cpu"].append(time.process_time() - cpu)
    return {
        name: {clock: statistics.median(values) for clock, values in clocks.items()}
        for name, clocks in seconds.items()
    }


@torch.inference_mode()
def parts(model: AUNet) -> dict[str, dict[str, int]]:
    """Count parameters and multiplications with additions of one image, part by part."""
    counter = FlopCounterMode(display=False)
    with counter:
        model(torch.randn(1, *model.input_spec.shape))
    counts = {name: sum(ops.values()) for name, ops in counter.get_flop_counts().items()}
    table = {
        name: {"parameters": parameters(model, word), "flops": flops(counts, word)}
        for name, word in PARTS.items()
    }
    whole = {"parameters": sum(p.numel() for p in model.parameters()), "flops": counts["Global"]}
    if sum(row["flops"] for row in table.values()) != whole["flops"]:
        raise RuntimeError("the parts are not all of the model")
    return {**table, "all": whole}


def parameters(model: nn.Module, word: str) -> int:
    """Count the parameters of a part."""
    named = model.named_parameters()
    return sum(p.numel() for name, p in named if belongs(name, word))


def flops(counts: dict[str, int], word: str) -> int:
    """Return what was counted of a part, in the outermost modules that are it."""
    inner = [name for name in counts if belongs(name.partition(".")[2], word)]
    outermost = [name for name in inner if not any(name.startswith(f"{one}.") for one in inner)]
    return sum(counts[name] for name in outermost)


def belongs(name: str, word: str) -> bool:
    """Say whether a module or parameter is of a part, which the trunk's own modules are not."""
    first, *others = name.split(".")
    words = others[1:2] if first == "relate" else [first]
    return any(one == word or (word.endswith("_") and one.startswith(word)) for one in words)


def ratios(report: dict[str, Any]) -> dict[str, float]:
    """Say how the whole compares with the trunk."""
    table, seconds = report["parts"], report["seconds"]
    figures = {name: table["all"][name] / table["trunk"][name] for name in ("parameters", "flops")}
    for clock in ("wall", "cpu"):
        figures[clock] = seconds["forward"][clock] / seconds["trunk"][clock]
    return figures


def setting(model: AUNet, images: int) -> dict[str, object]:
    """Say what was measured on what."""
    return {
        "encoder": repr(model.encoder),
        "keywords": {name: model.config.get(name) for name in ("width", "convolution")},
        "input": [images, *model.input_spec.shape],
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }


def show(report: dict[str, Any]) -> None:
    """Print the figures as tables."""
    for name, value in report["setting"].items():
        print(f"{name:10} {value}")
    print(f"\n{'part':30} {'million parameters':>20} {'GFLOPs an image':>17}")
    for name, row in report["parts"].items():
        print(f"{name:30} {row['parameters'] / 1e6:20.2f} {row['flops'] / 1e9:17.2f}")
    print(f"\n{'median seconds':30} {'wall':>8} {'cpu':>8}")
    for name, row in report["seconds"].items():
        print(f"{name:30} {row['wall']:8.3f} {row['cpu']:8.3f}")
    print("\nwhole over trunk (wanted: at most 1.25)")
    for name, value in report["ratios"].items():
        print(f"{name:30} {value:8.2f}")


if __name__ == "__main__":
    main()

"""What LRL costs beside its two encoders.

    python benchmarks/lrl.py [--images 1] [--rounds 9] [--threads N] [--size 299] [--json FILE]

Two ways through the same weights and the same images, taken in turns so that whatever else the
machine does falls on both alike:

- ``encoders``: the network for the colours and the one for the frequencies, nothing between them;
- ``forward``: the whole forward with the DCT, the gates, the similarities and the decoder.

Seconds are medians of wall clock and of the process's processor time; multiplications and additions
are counted by torch, and a table says which part they and the parameters belong to.
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
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from graphforensics.models import LRL


def main() -> None:
    """Measure, print the tables, and write the JSON file if asked to."""
    arguments = parse()
    begin(__doc__)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    model = LRL(encoder=arguments.encoder, size=arguments.size).eval()
    images = torch.randn(arguments.images, *model.input_spec.shape)
    report: dict[str, Any] = {
        "setting": setting(model, arguments.images),
        "parts": parts(model, images[:1]),
        "seconds": measure(ways(model, images), arguments.rounds),
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
    parser.add_argument("--images", type=int, default=1, help="images in the batch (1)")
    parser.add_argument("--rounds", type=int, default=9, help="turns that each way gets (9)")
    parser.add_argument("--threads", type=int, help="threads of torch (its own choice)")
    parser.add_argument("--encoder", default="legacy_xception", help="network of timm (Xception)")
    parser.add_argument("--size", type=int, default=299, help="side of the images (299)")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def ways(model: LRL, images: Tensor) -> dict[str, Callable[[], object]]:
    """Return what is measured, by name."""
    high = model.streams.high_frequencies(images)
    frequency = model.streams.frequency
    if frequency is None:
        raise ValueError("'model' must see frequencies")

    def encoders() -> None:
        model.streams.rgb(images)
        frequency(high)

    return {"encoders": encoders, "forward": lambda: model(images)}


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
def parts(model: LRL, image: Tensor) -> dict[str, dict[str, int]]:
    """Count parameters and multiplications with additions of one image, part by part."""
    counter = FlopCounterMode(display=False)
    with counter:
        model(image)
    counts = {name: sum(ops.values()) for name, ops in counter.get_flop_counts().items()}
    inner = {
        "network for the colours": (model.streams.rgb, "LRL.streams.rgb"),
        "network for the frequencies": (model.streams.frequency, "LRL.streams.frequency"),
        "gates (RFAM)": (model.streams.gates, "LRL.streams.gates"),
        "mask decoder": (model.decoder, "LRL.decoder"),
        "classifier": (model.classifier, "LRL.classifier"),
    }
    table = {
        name: {"parameters": count(module), "flops": flops(counts, key)}
        for name, (module, key) in inner.items()
    }
    whole = {"parameters": count(model), "flops": counts["Global"]}
    rest = whole["flops"] - sum(row["flops"] for row in table.values())
    table["DCT and similarities"] = {"parameters": 0, "flops": rest}
    return {**table, "all": whole}


def count(module: nn.Module | None) -> int:
    """Count the parameters of a part."""
    return sum(p.numel() for p in module.parameters()) if module is not None else 0


def flops(counts: dict[str, int], key: str) -> int:
    """Return what was counted of a part, which may have been called piece by piece."""
    inner = [name for name in counts if name == key or name.startswith(f"{key}.")]
    outermost = [name for name in inner if not any(name.startswith(f"{other}.") for other in inner)]
    return sum(counts[name] for name in outermost)


def ratios(report: dict[str, Any]) -> dict[str, float]:
    """Say how the whole compares with the two networks."""
    table, seconds = report["parts"], report["seconds"]
    networks = [table[f"network for the {what}"] for what in ("colours", "frequencies")]
    figures = {
        name: table["all"][name] / sum(row[name] for row in networks)
        for name in ("parameters", "flops")
    }
    for clock in ("wall", "cpu"):
        figures[clock] = seconds["forward"][clock] / seconds["encoders"][clock]
    return figures


def setting(model: LRL, images: int) -> dict[str, object]:
    """Say what was measured on what."""
    return {
        "encoder": repr(model.encoder),
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
    print("\nwhole over two networks (wanted: at most 1.2)")
    for name, value in report["ratios"].items():
        print(f"{name:30} {value:8.2f}")


if __name__ == "__main__":
    main()

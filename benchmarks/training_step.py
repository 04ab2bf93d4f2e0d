"""What a training step of each small recipe is made of, and how long the network waits for data.

    python benchmarks/training_step.py [--recipes NAME ...] [--steps 6] [--batch 8] [--quick]

A recipe's own task is trained on drawn faces out of a face store, loaded by ``FaceStoreDataModule``
as ``graphforensics train`` does, in three ways, one after the other in one run:

* ``0``: no worker; loading, tampering, forward, backward and optimiser follow each other;
* ``1, tampering here``: a worker loads, the process that trains makes the pseudo-fakes;
* ``1``: the worker makes the pseudo-fakes too, as training on a processor does.

The share of wall time that loading and tampering cost is what the network waits for a batch, and
what is done to the batch before it sees it. At most 15 % is wanted of the last way. Images are all
frames of both halves of pairs. ``--quick`` is one recipe at a smaller size.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import tempfile
import time
from collections.abc import Generator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import torch
from begin import begin, step

from graphforensics.datasets import FakeFaceDataset
from graphforensics.models import DETECTORS, DeepfakeMAE
from graphforensics.models.fast_inference import computes_bfloat16
from graphforensics.train import DetectionTask, FaceStoreDataModule
from graphforensics.train.config.data_options import DataOptions
from graphforensics.train.config.parts import build_part
from graphforensics.train.config.task_options import TaskOptions
from graphforensics.train.recipes.recipe import read_recipe, recipe_names
from graphforensics.train.tasks.registry import stage_of, task_class

PARTS = ("loading", "tampering", "forward", "backward", "optimiser")
#: Way -> how many workers, and whether they forge.
WAYS = {"0": (0, False), "1, tampering here": (1, False), "1": (1, True)}
WANTED = 0.15
#: Steps before those measured: the first are slower, and use up what workers had ready.
_BEFORE = 3


def main() -> None:
    """Measure, print a table, and write the JSON file if asked to."""
    arguments = parse()
    begin(__doc__)
    torch.set_num_threads(arguments.threads)
    names = ["baseline_small"] if arguments.quick else arguments.recipes
    report: dict[str, Any] = {
        "machine": {
            "processor": platform.machine(),
            "computes_bfloat16": computes_bfloat16(torch.device("cpu")),
            "threads": arguments.threads,
            "torch": torch.__version__,
        },
        "recipes": {},
    }
    print("| recipe | workers | " + " | ".join(f"{part}, ms" for part in PARTS), end="")
    print(" | loading and tampering, share of wall | images a second | times as fast |")
    print("|---" * (len(PARTS) + 5) + "|")
    with tempfile.TemporaryDirectory() as folder:
        step("drawing faces")
        store = drawn(Path(folder) / "faces", arguments.quick)
        for name in names:
            step(name)
            report["recipes"][name] = rows = measure(name, store, arguments)
            for way, row in rows.items():
                print(line(name, way, row), flush=True)
    print(f"Wanted of the last way: at most {WANTED:.0%}.")
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the command line."""
    small = [name for name in recipe_names() if name.endswith("_small")]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--recipes", nargs="+", default=small, help="all small ones")
    parser.add_argument("--steps", type=int, default=6, help="measured steps a way (6)")
    parser.add_argument("--batch", type=int, default=8, help="samples a step (8)")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch (1)")
    parser.add_argument("--quick", action="store_true", help="one recipe, two steps")
    parser.add_argument("--json", type=Path, help="write the figures here")
    given = parser.parse_args()
    if given.quick:
        given.steps, given.batch = 2, 4
    return given


def drawn(root: Path, quick: bool) -> Path:
    """Write a store of drawn faces, real and swapped."""
    people = FakeFaceDataset("all", identities=12, frames=12, manipulations=["swap"])
    return people.write_store(root, size=128 if quick else 256, margin=1.6)


def measure(name: str, store: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Train a recipe for a few steps in every way, one after the other, and return medians."""
    told = read_recipe(name)
    rows = {}
    for way, how in WAYS.items():
        # Not step by step in turns: a worker would get ahead while the other ways compute.
        run = steps(told, store, arguments, *how)
        taken = [next(run) for _ in range(_BEFORE + arguments.steps)]
        run.close()
        rows[way] = summary(taken[_BEFORE:])
    for row in rows.values():
        row["speedup"] = row["images_a_second"] / rows["0"]["images_a_second"]
    return rows


def summary(taken: list[dict[str, float]]) -> dict[str, Any]:
    """Return the median of each part, and what follows from the sums over all steps."""
    sums = {name: sum(one[name] for one in taken) for name in taken[0]}
    wall = sum(sums[part] for part in PARTS)
    return {
        **{part: 1000 * statistics.median(one[part] for one in taken) for part in PARTS},
        "share": (sums["loading"] + sums["tampering"]) / wall,
        "images_a_second": sums["images"] / wall,
    }


def steps(
    told: dict[str, Any], store: Path, arguments: argparse.Namespace, workers: int, forge: bool
) -> Generator[dict[str, float], None, None]:
    """Take a training step each time one is asked for, and tell how long its parts took."""
    task = build_task(told, arguments)
    data = build_data(told, task, store, arguments, workers)
    if forge:
        # What the data module asks a trainer for.
        where: Any = SimpleNamespace(
            lightning_module=task,
            strategy=SimpleNamespace(root_device=torch.device("cpu")),
            world_size=1,
            global_rank=0,
        )
        data.trainer = where
    built: Any = task.configure_optimizers()
    optimizer = built["optimizer"] if isinstance(built, dict) else built
    narrow = computes_bfloat16(torch.device("cpu"))
    while True:
        loader = iter(data.train_dataloader())
        while True:
            start = time.perf_counter()
            batch = next(loader, None)
            if batch is None:
                break
            yield one_step(task, optimizer, batch, start, narrow)


def one_step(
    task: DetectionTask, optimizer: torch.optim.Optimizer, batch: Any, start: float, narrow: bool
) -> dict[str, float]:
    """Take a step and return the seconds of its parts."""
    clock = [start, time.perf_counter()]
    batch = task.prepared(batch)
    clock.append(time.perf_counter())
    optimizer.zero_grad()
    with torch.autocast("cpu", torch.bfloat16) if narrow else nullcontext():
        loss = loss_of(task, batch)
    clock.append(time.perf_counter())
    loss.backward()  # type: ignore[no-untyped-call]
    clock.append(time.perf_counter())
    optimizer.step()
    clock.append(time.perf_counter())
    spent = {part: clock[n + 1] - clock[n] for n, part in enumerate(PARTS)}
    inputs = batch["inputs"]
    return {**spent, "images": inputs.numel() / (3 * inputs.size(-1) * inputs.size(-2))}


def loss_of(task: DetectionTask, batch: Any) -> torch.Tensor:
    """Return what the recipe's own task lowers."""
    own: Any = task
    if hasattr(own, "_error"):
        loss = own._error(batch, None)
    elif hasattr(own, "_losses_of"):
        loss = own._losses_of(batch)["loss"]
    else:
        loss = own._losses(own(batch["inputs"]), batch)["loss"]
    return cast(torch.Tensor, loss)


def build_task(told: dict[str, Any], arguments: argparse.Namespace) -> DetectionTask:
    """Build the recipe's task; DeepfakeMAE's later stages start from an untrained first one."""
    torch.manual_seed(0)
    keywords = {**told["set"], **({"size": 96} if arguments.quick else {})}
    model: Any = DETECTORS[told["model"]](**keywords)
    if isinstance(model, DeepfakeMAE):
        model.stages.add("pretrain")
    stage = stage_of(told["model"], told["task"]) if "task" in told else None
    kind = task_class(told["model"], stage)
    options = build_part(TaskOptions, {**told, "lr": 1e-6})
    task = kind(model, **vars(options))
    task.setup("fit")
    return task


def build_data(
    told: dict[str, Any],
    task: DetectionTask,
    store: Path,
    arguments: argparse.Namespace,
    workers: int,
) -> FaceStoreDataModule:
    """Load as the recipe does; enough samples of every track that an epoch does not end."""
    settings = {
        **told,
        "batch_size": arguments.batch,
        "workers": workers,
        "clips": 64,
        "fractions": (0.5, 0.25, 0.25),
        "faces": "without_fakes" if task.labels == "real" else "both",
    }
    model = task.model
    return FaceStoreDataModule(
        [store],
        model.input_spec,
        build_part(DataOptions, settings),
        masks=model.reads_masks,
        landmarks=model.reads_landmarks,
        pseudo_fakes=told.get("pseudo_fakes") or False,
    )


def line(name: str, way: str, row: dict[str, Any]) -> str:
    """Return a row of the table."""
    parts = " | ".join(f"{row[part]:.0f}" for part in PARTS)
    figures = f"{row['share']:.0%} | {row['images_a_second']:.1f} | {row['speedup']:.2f}"
    return f"| `{name}` | {way} | {parts} | {figures} |"


if __name__ == "__main__":
    main()

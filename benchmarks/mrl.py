"""What MRL costs beside its encoder, and what the fast path of inference gains.

    python benchmarks/mrl.py [--quick] [--clips 1] [--rounds 7] [--threads N] [--json FILE]
        [--model FOLDER]

Four ways through the same weights and the same clips, taken in turns so that whatever else the
machine does falls on all of them alike:

- ``encoder``: the encoder alone, float32, in the layout that tensors are born with;
- ``forward``: the whole forward, float32, likewise;
- ``fast encoder``: the encoder alone as the fast path runs it;
- ``fast``: ``Detector.predict``, the fast path.

The figures are medians of wall clock and of the process's processor time. How far the fast path's
probabilities are from the plain ones is measured on a model whose relation learner was taught to
tell the measured clips from blurred copies, since an untrained one says 0.5 to everything.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from begin import begin, step
from torch import Tensor
from torch.nn import functional

from graphforensics.data.input_spec import InputSpec
from graphforensics.datasets.moving_face import moving_face
from graphforensics.models import MRL, Detector, load_detector
from graphforensics.models.fast_inference import computes_bfloat16, fast_inference, fast_layout

#: Clips, each with its copy, that the precision is measured on.
PAIRS = 2


def main() -> None:
    """Measure, print the table, and write the JSON file if asked to."""
    arguments = parse()
    begin(__doc__)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    model = load_detector(arguments.model) if arguments.model else MRL(**small(arguments))
    pairs = faces(model.input_spec, PAIRS)
    if isinstance(model, MRL) and not arguments.model:
        step("teaching the relation learner, once")
        teach(model, pairs)
    model.eval()
    clips = torch.randn(arguments.clips, *model.input_spec.shape)
    seconds = measure(ways(model, clips), arguments.rounds)
    report: dict[str, Any] = {"setting": setting(model, arguments.clips), **figures(seconds)}
    report["probability"] = compare(model, pairs)
    show(report)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a small MRL, in a minute: a try")
    parser.add_argument("--clips", type=int, default=1, help="clips in the batch (1)")
    parser.add_argument("--rounds", type=int, default=7, help="turns that each way gets (7)")
    parser.add_argument("--threads", type=int, help="threads of torch (its own choice)")
    parser.add_argument("--model", type=Path, help="a saved detector (the paper's, random weights)")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def small(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the keywords of the detector: the paper's, or small ones for a try."""
    if not arguments.quick:
        return {}
    return {"encoder": "resnet10t", "snippets": 2, "frames": 2, "size": 64}


def faces(spec: InputSpec, pairs: int) -> Tensor:
    """Return clips of a moving face, each followed by a copy with its middle blurred."""
    count, side = spec.snippets * spec.frames, spec.size
    clips = []
    for seed in range(pairs):
        frames = np.stack(list(moving_face(count, (side, side), side / 200, sway=6, seed=seed)))
        real = torch.from_numpy(frames).permute(0, 3, 1, 2)
        fake, middle = real.clone(), slice(side // 4, 3 * side // 4)
        coarse = functional.avg_pool2d(real[..., middle, middle].float(), 4)
        fake[..., middle, middle] = functional.interpolate(coarse, scale_factor=4).byte()
        clips += [real, fake]
    shape = (len(clips), spec.snippets, spec.frames, 3, side, side)
    return spec.normalize(torch.stack(clips).view(shape).transpose(2, 3))


def teach(model: MRL, pairs: Tensor, steps: int = 300) -> None:
    """Settle the normalisations on the clips and fit the relation learner to them."""
    for part in model.modules():
        if hasattr(part, "running_mean"):
            part.momentum = 1.0
    with torch.no_grad():
        model.train()(pairs)
        features = model.eval()(pairs).features
    label = torch.arange(len(pairs)).remainder(2).float()
    optimizer = torch.optim.Adam(model.learner.parameters(), 1e-3)
    for _ in range(steps):
        logit = model.learner.train()(features)[:, -1]
        loss = functional.binary_cross_entropy_with_logits(logit, label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if loss < 0.1:
            break


def ways(model: Detector, clips: Tensor) -> dict[str, Callable[[], object]]:
    """Return what is measured, by name."""

    def plain(run: Callable[[], object]) -> None:
        with torch.inference_mode():
            run()

    def fast_encoder() -> None:
        with fast_inference(clips.device):
            model.feature_layer(fast_layout(clips).flatten(0, 1))

    return {
        "encoder": lambda: plain(lambda: model.feature_layer(clips.flatten(0, 1))),
        "forward": lambda: plain(lambda: model(clips)),
        "fast encoder": fast_encoder,
        "fast": lambda: model.predict(clips),
    }


def measure(
    runs: dict[str, Callable[[], object]], rounds: int
) -> dict[str, dict[str, list[float]]]:
    """Run every way once to warm up, then all of them in turns; return all seconds."""
    seconds: dict[str, dict[str, list[float]]] = {name: {"wall": [], "cpu": []} for name in runs}
    step("warming up")
    for run in runs.values():
        run()
    for number in range(rounds):
        step(f"round {number + 1} of {rounds}")
        for name, run in runs.items():
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            seconds[name]["wall"].append(time.perf_counter() - wall)
            seconds[name]["cpu"].append(time.process_time() - cpu)
    return seconds


def figures(seconds: dict[str, dict[str, list[float]]]) -> dict[str, Any]:
    """Return medians and the ratios of medians, by clock."""
    median = {
        name: {clock: statistics.median(values) for clock, values in clocks.items()}
        for name, clocks in seconds.items()
    }
    pairs = {
        "forward / encoder": ("forward", "encoder"),
        "fast / fast encoder": ("fast", "fast encoder"),
        "forward / fast": ("forward", "fast"),
    }
    ratios = {
        label: {clock: median[a][clock] / median[b][clock] for clock in ("wall", "cpu")}
        for label, (a, b) in pairs.items()
    }
    return {"seconds": median, "ratios": ratios}


def compare(model: Detector, clips: Tensor) -> dict[str, object]:
    """Return the plain probabilities and how far the fast path's are from them at most."""
    with torch.inference_mode():
        plain = model(clips).probability
    fast = model.probability(clips)
    return {"plain": plain.tolist(), "largest_difference": float((fast - plain).abs().max())}


def setting(model: Detector, clips: int) -> dict[str, object]:
    """Say what was measured on what."""
    return {
        "encoder": repr(model.feature_layer),
        "input": [clips, *model.input_spec.shape],
        "threads": torch.get_num_threads(),
        "bfloat16": computes_bfloat16(torch.device("cpu")),
        "torch": torch.__version__,
    }


def show(report: dict[str, Any]) -> None:
    """Print the figures as a table."""
    for name, value in report["setting"].items():
        print(f"{name:22} {value}")
    print(f"\n{'median seconds':22} {'wall':>8} {'cpu':>8}")
    for name, clocks in report["seconds"].items():
        print(f"{name:22} {clocks['wall']:8.3f} {clocks['cpu']:8.3f}")
    print(f"\n{'ratio':22} {'wall':>8} {'cpu':>8}   wanted")
    wanted = {"forward / encoder": "at most 1.25", "forward / fast": "at least 1.8"}
    for name, clocks in report["ratios"].items():
        print(f"{name:22} {clocks['wall']:8.2f} {clocks['cpu']:8.2f}   {wanted.get(name, '')}")
    spread = ", ".join(f"{value:.2f}" for value in report["probability"]["plain"])
    print(f"\nplain probabilities: {spread}")
    print(f"largest difference of the fast path: {report['probability']['largest_difference']:.4f}")
    print("wanted: at most 0.01")


if __name__ == "__main__":
    main()

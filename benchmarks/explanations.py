"""Whether explanations are faithful: beside a random and a centred one, with intervals.

    python benchmarks/explanations.py [RUN ...] [--data STORE] [--samples 40] [--json FILE]
    python benchmarks/explanations.py --planted [--detectors baseline lrl]
    python benchmarks/explanations.py --quick

RUN is a folder of a trained run, or of its checkpoint; with ``--quick`` all detectors are built
tiny, with random weights, which shows that the program runs and nothing about explanations.
With ``--planted`` some are trained to tell faces with a square of noise from faces without, so that
it is known what an explanation must find: that measures the measures, not detectors of forgeries.
Samples are forged copies whose masks are known: of a face store with masks, which should hold none
of the people that the run was trained on, or drawn faces.

Of every method and sample:

- ``deletion`` and ``insertion``: area below the probability as the hottest pixels go and come, and
  ``gain``, insertion less deletion;
- ``pointing`` and ``iou``: whether the heat lies in the mask of the forged pixels;
- ``sanity``: rank correlation with the heat of the same detector with shuffled weights, best 0;
- ``agreement``: mean rank correlation with the other methods' heat, the plain ones left out.

Intervals are of 95 %, by resampling people. A method passes for a detector if its gain and its IoU
are both above those of the random and of the centred map, the lower end of all four intervals of
the paired differences being above 0. Methods that a detector does not have are left out.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from begin import begin, step
from planted_evidence import SMALL, planted_samples, trained
from torch import Tensor

from graphforensics.data.input_spec import InputSpec
from graphforensics.datasets import ClipDataset, FakeFaceDataset
from graphforensics.explain import (
    METHODS,
    deletion_curve,
    explain,
    heat_iou,
    insertion_curve,
    pointing_game,
    rank_agreement,
)
from graphforensics.explain.perturbation_curves import area_under
from graphforensics.explain.sanity_check import with_random_weights
from graphforensics.metrics import bootstrap_difference, bootstrap_interval
from graphforensics.models import (
    LRL,
    MRL,
    AUNet,
    Baseline,
    DeepfakeMAE,
    Detector,
    LearningToMask,
    load_detector,
)
from graphforensics.store.track_table import track_table

PLAIN = ("random", "centre")
FIGURES = ("gain", "deletion", "insertion", "pointing", "iou", "sanity", "agreement")

QUICK: dict[str, Callable[[], Detector]] = {
    "aunet": lambda: AUNet(encoder="resnet10t", width=16, hidden_channels=16, size=64),
    "baseline": lambda: Baseline(encoder="resnet10t", masks=True, size=96),
    "deepfake_mae": lambda: DeepfakeMAE(
        "tiny", blocks=1, decoder_blocks=1, mapping_encoder="resnet10t", frames=2, size=64
    ),
    "learning_to_mask": lambda: LearningToMask(encoder="resnet10t", blocks=1, size=64),
    "lrl": lambda: LRL(encoder="resnet10t", encoder_stages=[0, 1, 2], k=3, size=64),
    "mrl": lambda: MRL(
        encoder="resnet10t", encoder_stage=1, regions=4, snippets=2, frames=2, size=48
    ),
}


def main() -> None:
    """Measure, print the table, and write the JSON file if asked to."""
    arguments = parse()
    begin(__doc__)
    if not (arguments.runs or arguments.quick or arguments.planted):
        raise SystemExit("explanations.py needs the folder of a run, --planted or --quick")
    if arguments.quick:
        arguments.samples, arguments.steps, arguments.resamples = 3, 4, 100
    rows = []
    for name, detector in detectors(arguments):
        step(f"{name}: {detector.name}")
        planted = name.startswith("planted ")
        given = samples_of(detector.input_spec, arguments, planted)
        measured = measure(detector, given, arguments)
        # What holds for squares of noise is no statement about the detector of forgeries.
        rows += table(name, name if planted else detector.name, measured, arguments)
    report = {"setting": setting(arguments), "rows": rows}
    show(rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("runs", nargs="*", type=Path, help="folders of trained runs")
    parser.add_argument("--quick", action="store_true", help="tiny detectors, random weights")
    parser.add_argument(
        "--planted", action="store_true", help="train tiny ones on squares of noise"
    )
    parser.add_argument("--detectors", nargs="+", choices=sorted(SMALL), default=sorted(SMALL))
    parser.add_argument("--learn", type=int, default=150, help="steps of that training (150)")
    parser.add_argument("--data", type=Path, help="face store with masks (drawn faces)")
    parser.add_argument("--samples", type=int, default=40, help="forged samples a detector (40)")
    parser.add_argument("--steps", type=int, default=10, help="steps of the curves (10)")
    parser.add_argument("--resamples", type=int, default=1000, help="of each interval (1000)")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--seed", type=int, default=0, help="seed of all that is drawn (0)")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def detectors(arguments: argparse.Namespace) -> Iterator[tuple[str, Detector]]:
    """Yield every detector with the name of its row."""
    if arguments.quick:
        for name, build in QUICK.items():
            torch.manual_seed(arguments.seed)
            yield name, build().eval()
    for name in arguments.detectors if arguments.planted else ():
        yield f"planted {name}", trained(name, arguments.seed, arguments.learn)
    for run in arguments.runs:
        best = run / "best"
        yield str(run), load_detector(best if best.is_dir() else run).eval()


def samples_of(
    spec: InputSpec, arguments: argparse.Namespace, planted: bool
) -> Iterator[dict[str, Any]]:
    """Return the samples that a detector is measured on."""
    if planted:
        return planted_samples(spec, arguments.samples, arguments.seed)
    return faces(spec, arguments.data, arguments.samples)


def faces(spec: InputSpec, store: Path | None, samples: int) -> Iterator[dict[str, Any]]:
    """Yield forged samples with masks, evenly over the people that there are."""
    if store is None:
        people = max(10, 2 * math.ceil(5 * samples / 4))
        dataset: Any = FakeFaceDataset("test", spec, identities=people + people % 2)
        fakes = [place for place, video in enumerate(dataset.videos) if video.forgery]
    else:
        rows = track_table([str(store)])
        dataset = ClipDataset(rows, spec, masks=True)
        fakes = [place for place, label in enumerate(rows["label"].to_pylist()) if label == "fake"]
    taken = np.unique(np.linspace(0, len(fakes) - 1, min(samples, len(fakes))).round().astype(int))
    for place in taken:
        sample = dataset[fakes[place]]
        if bool(sample.get("has_mask", False)):
            yield sample


def measure(
    detector: Detector, samples: Iterator[dict[str, Any]], arguments: argparse.Namespace
) -> dict[str, dict[str, list[Any]]]:
    """Return method -> figure -> its value of every sample, and the people of the samples."""
    methods = list(dict.fromkeys([*arguments.methods, *PLAIN]))
    found: dict[str, dict[str, list[Any]]] = {}
    shuffled = with_random_weights(detector, arguments.seed)
    for number, sample in enumerate(samples):
        inputs = detector.input_spec.normalize(sample["inputs"]).unsqueeze(0)
        mask = mask_of(sample["mask"], detector.input_spec)
        # Each sample's random map is another one.
        seed = arguments.seed + number
        heats = {name: explain(detector, inputs, name, seed=seed).pixels for name in methods}
        there = {name: heat for name, heat in heats.items() if heat is not None}
        for name, heat in there.items():
            figures = figures_of(detector, inputs, heat, mask, arguments.steps)
            other = None if name in PLAIN else explain(shuffled, inputs, name, seed=seed).pixels
            figures["sanity"] = math.nan if other is None else rank_agreement(heat, other)
            figures["agreement"] = agreement(name, there)
            place = found.setdefault(name, {})
            for figure, value in figures.items():
                place.setdefault(figure, []).append(value)
            place.setdefault("people", []).append(sample["identity"])
    return found


def mask_of(mask: Tensor, spec: InputSpec) -> Tensor:
    """Return the mask with the shape of heat: a sample's without the axis of colours."""
    return mask.squeeze(-4 if spec.kind == "clip" else -3)


def figures_of(
    detector: Detector, inputs: Tensor, heat: Tensor, mask: Tensor, steps: int
) -> dict[str, float]:
    """Return the figures of one heat that need no other."""
    deletion = area_under(deletion_curve(detector, inputs, heat, steps))
    insertion = area_under(insertion_curve(detector, inputs, heat, steps))
    return {
        "deletion": deletion,
        "insertion": insertion,
        "gain": insertion - deletion,
        "pointing": pointing_game(heat, mask),
        "iou": heat_iou(heat, mask),
    }


def agreement(name: str, heats: dict[str, Tensor]) -> float:
    """Return the mean rank correlation with the heat of the other methods."""
    others = [heat for other, heat in heats.items() if other not in (name, *PLAIN)]
    known = [rank_agreement(heats[name], other) for other in others]
    known = [value for value in known if math.isfinite(value)]
    return float(np.mean(known)) if known else math.nan


def table(
    row: str,
    detector: str,
    measured: dict[str, dict[str, list[Any]]],
    arguments: argparse.Namespace,
) -> list[dict[str, Any]]:
    """Return a row for each method: figures with intervals, differences, and the status."""
    rows, n = [], arguments.resamples
    # Random weights have nothing to explain.
    unknown = arguments.quick and row in QUICK
    for method, figures in measured.items():
        one: dict[str, Any] = {"run": row, "detector": detector, "method": method}
        one["samples"] = len(figures["people"])
        for figure in FIGURES:
            one[figure] = interval(figures[figure], figures["people"], n)
        if method in PLAIN:
            one["status"] = "plain"
        else:
            one["above"] = {
                f"{figure} over {plain}": difference(figures, measured[plain], figure, n)
                for figure in ("gain", "iou")
                for plain in PLAIN
            }
            one["status"] = "not measured" if unknown else status(one["above"])
        rows.append(one)
    return rows


def interval(values: list[float], people: list[str], n: int) -> dict[str, Any] | None:
    """Return the mean with its interval over people; None where no sample has the figure."""
    known = [
        (value, who) for value, who in zip(values, people, strict=True) if math.isfinite(value)
    ]
    if not known:
        return None
    scores, groups = zip(*known, strict=True)
    return bootstrap_interval(mean, [1] * len(scores), scores, groups, n).to_dict()


def difference(
    one: dict[str, list[Any]], other: dict[str, list[Any]], figure: str, n: int
) -> dict[str, Any] | None:
    """Return the paired difference of two methods' figure with its interval."""
    pairs = [
        pair
        for pair in zip(one[figure], other[figure], one["people"], strict=True)
        if math.isfinite(pair[0]) and math.isfinite(pair[1])
    ]
    if not pairs:
        return None
    first, second, people = zip(*pairs, strict=True)
    return bootstrap_difference(mean, [1] * len(first), first, second, people, n).to_dict()


def mean(_labels: Any, scores: Any) -> float:
    """Return the mean of the figures."""
    return float(np.mean(scores))


def status(above: dict[str, dict[str, Any] | None]) -> str:
    """Say whether a method beat both plain maps in both figures, beyond doubt."""
    lows = [None if one is None else one["low"] for one in above.values()]
    if any(low is None for low in lows):
        return "not measured"
    return "passed" if all(low > 0 for low in lows) else "failed"


def setting(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what was asked for."""
    return {
        "data": "drawn faces" if arguments.data is None else str(arguments.data),
        "weights": "random" if arguments.quick else "trained",
        "samples": arguments.samples,
        "steps": arguments.steps,
        "resamples": arguments.resamples,
        "seed": arguments.seed,
    }


def show(rows: list[dict[str, Any]]) -> None:
    """Print one table of all detectors and methods."""
    print("| run | method | n | " + " | ".join(FIGURES) + " | status |")
    print("|---" * (len(FIGURES) + 4) + "|")
    for row in rows:
        cells = [text(row[figure]) for figure in FIGURES]
        words = [row["run"], row["method"], str(row["samples"]), *cells, row["status"]]
        print("| " + " | ".join(words) + " |")


def text(found: dict[str, Any] | None) -> str:
    """Print a figure with its interval."""
    if found is None:
        return "-"
    if found["low"] is None:
        return f"{found['estimate']:.2f}"
    return f"{found['estimate']:.2f} [{found['low']:.2f}, {found['high']:.2f}]"


if __name__ == "__main__":
    main()

"""DeepfakeMAE in small: does it restore faces, do forgeries restore worse, does it detect them?

    python benchmarks/deepfake_mae_experiment.py --data STORE [STORE ...] --out FOLDER
        [--seed 0] [--seeds 3] [--epochs 80 20 20] [--minutes 12 12 6] [--set KEY=VALUE ...]
    python benchmarks/deepfake_mae_experiment.py --fake --quick --out FOLDER  # drawn, a minute

Real tracks only are read; forgeries are self-blends of them, made by the tampering module on the
way (``PseudoFakes``), so that a forgery and its original share person, camera and codec. For each
seed, which also parts the people, the three stages are trained with the settings of the committed
small recipes (epochs, batch and the steps' decay are set here), but on one frame of a sample (most
tracks are photographs, whose five frames are one), and three questions are asked of people that no
stage has seen, of five frames each:

1. ``restoring``: mean squared error of what is hidden of each part (half of it, as in training, and
   all of it), in normalised pixels, beside that of the mean training face put in its place;
2. ``premise``: error on the tampered pixels of forgeries minus that on the same pixels of their
   originals, each part hidden in both, above 0 where the paper's premise holds. A self-blend may
   be blurred, which makes it easier to restore;
3. ``detection``: area under the ROC curve of each branch and of both, over samples of five frames.
   With ``--plain`` also of a mapping network that the autoencoder's pictures taught nothing
   (``mapping_weight=0``), trained as long.

Intervals are 95 % percentiles of a bootstrap over people. A finished stage is not trained again and
a finished seed not measured again; all figures lie in ``FOLDER/results.json``.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from begin import begin
from numpy.typing import NDArray
from torch import Generator, Tensor
from torch.utils.data import DataLoader

from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.metrics import auc
from graphforensics.models import DeepfakeMAE, Detector, load_detector
from graphforensics.nn.facial_part_mask import PartMaskStrategy
from graphforensics.train import (
    FaceStoreDataModule,
    PseudoFakes,
    TrainingOptions,
    stages,
    train_detector,
)
from graphforensics.train.recipes.recipe import read_recipe
from graphforensics.train.run.start_from import start_from

SHARES = (0.5, 1.0)
FRAMES = 5
PARTS: tuple[PartMaskStrategy, ...] = ("eyes", "cheeks_and_nose", "lips")


def main() -> None:
    """Train and measure with every seed, print the tables and write them."""
    args = parse()
    begin(__doc__)
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    stores = [drawn_store(args)] if args.fake else args.data
    results = []
    for seed in range(args.seed, args.seed + args.seeds):
        place = args.out / f"seed_{seed}" / "figures.json"
        if not place.is_file():
            figures = one_seed(args, stores, seed, place.parent)
            place.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        results.append(json.loads(place.read_text(encoding="utf-8")))
    (args.out / "results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    show(results)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", nargs="+", help="face stores")
    parser.add_argument("--fake", action="store_true", help="on drawn faces instead")
    parser.add_argument("--out", type=Path, required=True, help="folder of everything")
    parser.add_argument("--seed", type=int, default=0, help="the first; default: 0")
    parser.add_argument("--seeds", type=int, default=3, help="how many; default: 3")
    parser.add_argument(
        "--epochs", type=int, nargs=3, default=[80, 20, 20], help="of the stages; 80 20 20"
    )
    parser.add_argument(
        "--minutes", type=float, nargs=3, default=[12, 12, 6], help="at most; 12 12 6"
    )
    parser.add_argument("--clips", type=int, default=4, help="samples a track and epoch; 4")
    parser.add_argument("--batch-size", type=int, default=32, help="samples; default: 32")
    parser.add_argument("--precision", choices=("auto", "32", "bf16-mixed"), default="32")
    parser.add_argument("--threads", type=int, default=2, help="of torch; default: 2")
    parser.add_argument("--plain", action="store_true", help="the mapping network alone as well")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--quick", action="store_true", help="only see whether it runs")
    args = parser.parse_args()
    if args.fake == (args.data is not None):
        parser.error("give either --data STORE or --fake")
    if args.quick:
        args.seeds, args.epochs, args.clips = 1, [1, 1, 1], 1
    return args


def drawn_store(args: argparse.Namespace) -> Path:
    """Draw faces into a store."""
    root: Path = args.out / "drawn"
    if not root.is_dir():
        people = 12 if args.quick else 60
        FakeFaceDataset("all", identities=people, frames=10).write_store(root)
    return root


def one_seed(
    args: argparse.Namespace, stores: list[Path], seed: int, folder: Path
) -> dict[str, Any]:
    """Train the three stages and answer the three questions."""
    torch.manual_seed(seed)
    keywords = read_recipe("deepfake_mae_pretrain_small")["set"]
    keywords |= dict(value_of(word) for word in args.set)
    model, epochs = DeepfakeMAE(**keywords), {}
    for number, stage in enumerate(stages("deepfake_mae")):
        if args.plain and stage == "map":
            plain = start_from(folder / "finetune" / "best", None, {"mapping_weight": 0.0})
            plain, _ = trained(args, stores, plain, number, seed, folder / "map_plain")
        model, data = trained(args, stores, model, number, seed, folder / stage)
        epochs[stage] = len((folder / stage / "metrics.csv").read_text().splitlines()) - 1
    model = at_five(model)
    pairs = list(test_pairs(data, model, seed, max(1, args.batch_size // 4)))
    return {
        "seed": seed,
        "epochs": epochs,
        "people": {part: data.people(part) for part in data.parts},
        "restoring": restoring(model, pairs, mean_face_of(data)),
        "premise": premise(model, pairs),
        "detection": detection(model, pairs)
        | ({"map, no pictures": detection(at_five(plain), pairs)["map"]} if args.plain else {}),
    }


def trained(
    args: argparse.Namespace,
    stores: list[Path],
    model: Detector,
    number: int,
    seed: int,
    place: Path,
) -> tuple[DeepfakeMAE, FaceStoreDataModule]:
    """Train a stage, unless that was done, and return its best epoch and the data."""
    stage = stages("deepfake_mae")[number]
    data, options = settings(args, stores, model, number, seed)
    if not (place / "done").is_file():
        chosen = read_recipe(f"deepfake_mae_{stage}_small")["task_set"]
        resume = place.is_dir()
        train_detector(model, data, place, options, stage=stage, task_options=chosen, resume=resume)
        (place / "done").touch()
    loaded = load_detector(place / "best")
    if not isinstance(loaded, DeepfakeMAE):
        raise TypeError(f"{place} holds another detector")
    return loaded, data


def at_five(model: DeepfakeMAE) -> DeepfakeMAE:
    """Return the detector as it reads the frames that are measured."""
    other = DeepfakeMAE(**model.config | {"frames": FRAMES})
    other.load_state_dict(model.state_dict())
    return other


def settings(
    args: argparse.Namespace,
    stores: list[Path],
    model: Detector,
    number: int,
    seed: int,
) -> tuple[FaceStoreDataModule, TrainingOptions]:
    """Return data and options of a stage; both later stages learn from pairs."""
    stage, epochs = stages("deepfake_mae")[number], args.epochs[number]
    recipe = read_recipe(f"deepfake_mae_{stage}_small")
    known = ("decay", "optimizer", "momentum", "betas", "weight_decay")
    told = {name: recipe[name] for name in (*known, "clip_gradients") if name in recipe}
    pseudo = stage != "pretrain"
    options = TrainingOptions(
        epochs=epochs,
        learning_rate=recipe["lr"],
        seed=seed,
        precision=args.precision,
        max_time=60 * args.minutes[number],
        pseudo_fakes="whole" if pseudo else None,
        decay_every=max(1, epochs // 4),
        **told,
    )
    data = FaceStoreDataModule(
        stores,
        model.input_spec,
        batch_size=args.batch_size,
        fractions=(0.6, 0.15, 0.25),
        seed=seed,
        landmarks=True,
        faces="without_fakes",
        pseudo_fakes=pseudo,
        clips=args.clips,
    )
    return data, options


def test_pairs(
    data: FaceStoreDataModule, model: DeepfakeMAE, seed: int, size: int
) -> Iterator[dict[str, Any]]:
    """Load real test samples, make a forgery of each, and normalise; reals come first."""
    rows = data.rows("test")
    real = rows.filter([label == "real" for label in rows.column("label").to_pylist()])
    dataset = ClipDataset(real, model.input_spec, landmarks=True)
    forge = PseudoFakes("whole", model.input_spec, seed)
    for batch in DataLoader(dataset, batch_size=size):
        pairs = forge(batch, None)
        if bool(pairs["label"].any()):
            pairs["inputs"] = model.input_spec.normalize(pairs["inputs"])
            yield pairs


def mean_face_of(data: FaceStoreDataModule) -> Tensor:
    """Return the mean of the training faces, normalised, ``[3, size, size]``."""
    total, count = torch.zeros(data.spec.shape[1:]), 0
    for batch in data.train_dataloader():
        images = data.spec.normalize(batch["inputs"]).flatten(0, 1)
        total, count = total + images.sum(0), count + len(images)
    return total / count


@torch.no_grad()
def restoring(
    model: DeepfakeMAE, pairs: list[dict[str, Any]], mean: Tensor
) -> dict[str, dict[str, Any]]:
    """Compare the error on hidden parts of real faces with the mean face's."""
    table = {}
    for part in PARTS:
        for share in SHARES:
            mine, baseline, people = [], [], []
            for batch in pairs:
                images, landmarks = faces(batch, slice(0, len(batch["label"]) // 2))
                found = model.reconstruct(images, part, landmarks, share, seeded())
                hidden = model.autoencoder.pixel_mask(found.mask)
                mine.append(mean_error(found.restored, images, hidden))
                baseline.append(mean_error(mean.expand_as(images), images, hidden))
                people += repeated(batch, images)
            table[f"{part}, {share:.0%} hidden"] = {
                "error": interval(torch.cat(mine).numpy(), people),
                "mean_face": interval(torch.cat(baseline).numpy(), people),
            }
    return table


@torch.no_grad()
def premise(model: DeepfakeMAE, pairs: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Compare the error on tampered patches with that on the same patches of the originals."""
    table: dict[str, dict[str, Any]] = {}
    for part in PARTS:
        differences, originals, people = [], [], []
        for batch in pairs:
            half = len(batch["label"]) // 2
            real, landmarks = faces(batch, slice(0, half))
            fake, _ = faces(batch, slice(half, None))
            tampered = batch["mask"][half:].flatten(0, 1) > 0.5
            hidden = model.reconstruct(real, part, landmarks, 1.0).mask
            looked = model.autoencoder.pixel_mask(hidden) & tampered
            errors = [
                mean_error(model.autoencoder.restore(images, hidden), images, looked)
                for images in (real, fake)
            ]
            differences.append(errors[1] - errors[0])
            originals.append(errors[0])
            people += repeated(batch, real)
        table[part] = {
            "difference": interval(torch.cat(differences).numpy(), people),
            "of_originals": interval(torch.cat(originals).numpy(), people),
        }
    return table


@torch.no_grad()
def detection(model: DeepfakeMAE, pairs: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return the area under the curve of each branch and of both."""
    logits: dict[str, list[float]] = {"finetune": [], "map": [], "both": []}
    labels: list[float] = []
    people: list[str] = []
    model.eval()
    for batch in pairs:
        said = model.judge(batch["inputs"], ("finetune", "map"))
        for name, logit in zip(
            logits, (said.finetune_logit, said.map_logit, said.logit), strict=True
        ):
            logits[name] += [] if logit is None else logit.tolist()
        labels += batch["label"].tolist()
        people += batch["identity"]
    found = {}
    for name, scores in logits.items():
        drawn = [
            auc([labels[i] for i in rows], [scores[i] for i in rows]) for rows in resampled(people)
        ]
        low, high = np.nanpercentile(drawn, [2.5, 97.5])
        found[name] = {"estimate": auc(labels, scores), "low": float(low), "high": float(high)}
    return found


def faces(batch: dict[str, Any], rows: slice) -> tuple[Tensor, Tensor]:
    """Return every frame of some samples as a face of its own, with its landmarks."""
    return batch["inputs"][rows].flatten(0, 1), batch["landmarks"][rows].flatten(0, 1)


def repeated(batch: dict[str, Any], images: Tensor) -> list[str]:
    """Name the person of every face of the first half of a batch."""
    half = len(batch["label"]) // 2
    frames = len(images) // half
    return [name for name in batch["identity"][:half] for _ in range(frames)]


def mean_error(drawn: Tensor, images: Tensor, pixels: Tensor) -> Tensor:
    """Return each face's mean squared error over some pixels; NaN where there is none."""
    errors = ((drawn - images).square() * pixels).sum((1, 2, 3))
    return errors / (3 * pixels.sum((1, 2, 3)))


def interval(values: NDArray[Any], people: list[str]) -> dict[str, float]:
    """Return the mean and its interval over people."""
    known = np.isfinite(values)
    held = [name for name, seen in zip(people, known, strict=True) if seen]
    if not held:
        return dict.fromkeys(("estimate", "low", "high"), float("nan"))
    values = values[known]
    drawn = [values[rows].mean() for rows in resampled(held)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return {"estimate": float(values.mean()), "low": float(low), "high": float(high)}


def resampled(people: list[str], times: int = 1000) -> Iterator[NDArray[np.intp]]:
    """Draw people with replacement, and yield the rows of those drawn."""
    names = sorted(set(people))
    told = np.array(people)
    rows = [np.flatnonzero(told == name) for name in names]
    rng = np.random.default_rng(0)
    for _ in range(times):
        yield np.concatenate([rows[number] for number in rng.integers(len(names), size=len(names))])


def seeded() -> Generator:
    """Return the generator of masks: the same for every model."""
    return Generator().manual_seed(0)


def value_of(word: str) -> tuple[str, Any]:
    """Read ``KEY=VALUE``; a value that is no JSON is a word."""
    name, _, text = word.partition("=")
    try:
        return name, json.loads(text)
    except ValueError:
        return name, text


def show(results: list[dict[str, Any]]) -> None:
    """Print every figure of every seed with its interval, and the mean over the seeds."""
    for question in ("restoring", "premise", "detection"):
        print(f"\n{question}")
        for row, first in results[0][question].items():
            columns = ("",) if "estimate" in first else tuple(first)
            for column in columns:
                cells = [
                    one[question][row][column] if column else one[question][row] for one in results
                ]
                told = "  ".join(
                    f"{c['estimate']:.3f} [{c['low']:.3f}, {c['high']:.3f}]" for c in cells
                )
                mean = statistics.mean(cell["estimate"] for cell in cells)
                print(f"{row:30} {column:14} mean {mean:7.3f}   {told}")


if __name__ == "__main__":
    main()

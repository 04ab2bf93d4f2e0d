"""From raw clips to tables: MRL next to its bare backbone, on forgeries of two kinds.

Everything goes through the command line of the library, step by step; each step is skipped when
its result is there, so that a broken run goes on where it was:

1. ``forge``: self-blended and partially self-blended copies of every real clip, ``--seeds`` times
   with other recipes, each beside a real copy through the same encoder;
2. ``prepare folder``: the faces of each set, into a store of its own;
3. ``train``: for each kind of forgery the bare backbone (no attention, no relations: the encoder,
   pooled, and a linear layer), and MRL, which starts from the bare one's encoder. The split is by
   identity and the same for all; the epoch is chosen on the validation people;
4. ``evaluate --protocol``: cross-manipulation and robustness on people that no detector has seen,
   on the first set only.

    python benchmarks/experiment.py --data ../shared/data --out experiment
    python benchmarks/experiment.py --fake --quick --out experiment     # drawn faces, a minute

``--data`` takes a folder with ``real_video`` and ``manifest.csv`` (columns ``file``, ``label``,
``identity``). The figures that it prints, with seed, versions and fingerprints, lie in
``OUT/cross`` and ``OUT/robustness``.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from pathlib import Path

from begin import begin

from graphforensics.cli.main import main as graphforensics

KINDS = ("self_blend", "partial_blend")
MODELS = ("bare", "mrl")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder with real_video and manifest.csv")
    parser.add_argument("--fake", action="store_true", help="on drawn faces instead")
    parser.add_argument("--out", type=Path, required=True, help="folder of everything")
    parser.add_argument("--seeds", type=int, default=4, help="sets of forgeries; default: 4")
    parser.add_argument("--frames", type=int, default=24, help="frames of a clip; default: 24")
    parser.add_argument(
        "--seconds", type=float, default=240, help="training time of a model; default: 240"
    )
    parser.add_argument("--epochs", type=int, default=100, help="of a model; default: 100")
    parser.add_argument("--encoder", default="resnet18", help="any of timm's; default: resnet18")
    parser.add_argument("--encoder-weights", type=Path, help="see imagenet_weights.py")
    parser.add_argument("--encoder-stage", type=int, default=2, help="default: 2")
    parser.add_argument("--workers", type=int, default=None, help="of forge and prepare")
    parser.add_argument("--quick", action="store_true", help="only see whether it runs")
    args = parser.parse_args()
    if args.fake == (args.data is not None):
        parser.error("give either --data FOLDER or --fake")
    return args


def run(*words: object) -> None:
    """Run one command of the library; end where it fails."""
    line = [str(word) for word in words]
    print("$ graphforensics", *line, flush=True)
    started = time.monotonic()
    status = graphforensics(line)
    print(f"  {time.monotonic() - started:.0f} s", flush=True)
    # 3: some of many files failed; they were listed, the others are done.
    if status not in (0, 3):
        raise SystemExit(status)


def drawn_clips(out: Path, quick: bool) -> tuple[Path, Path]:
    """Draw real clips; return their folder and their table."""
    from graphforensics.datasets.fake_face_dataset import FakeFaceDataset

    folder = out / "clips"
    if not (folder / "metadata.csv").is_file():
        people = 6 if quick else 40
        FakeFaceDataset("all", identities=people, videos=1, frames=8).write_clips(folder)
    return folder / "original", folder / "metadata.csv"


def table_of_set(table: Path, name: str, place: Path) -> Path:
    """Copy the table of real clips with absolute paths, each set a data set of its own."""
    with open(table, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] == "real"]
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(place, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ("file", "label", "identity", "dataset"))
        writer.writeheader()
        for row in rows:
            path = os.path.abspath(table.parent / row["file"])
            known = {"file": path, "label": "real", "identity": row["identity"]}
            writer.writerow({**known, "dataset": name})
    return place


def make_sets(args: argparse.Namespace, clips: Path, table: Path) -> list[Path]:
    """Forge and prepare every set; return the stores."""
    stores = []
    workers = [] if args.workers is None else ["--workers", args.workers]
    for seed in range(args.seeds):
        forged, store = args.out / f"forged_{seed}", args.out / f"faces_{seed}"
        stores.append(store)
        if (store / "manifest.parquet").is_file():
            continue
        known = table_of_set(table, f"set{seed}", args.out / f"sources_{seed}.csv")
        for kind in KINDS:
            options = ["--method", kind, "--seed", seed, "--max-frames", args.frames]
            run("forge", clips, "--metadata", known, "--out", forged, *options, *workers)
        # Seen from the folder of all sets, so that a clip has another name in each of them.
        own = ["--table", forged / "metadata.csv"]
        run("prepare", "folder", args.out, *own, "--out", store, *workers)
    return stores


def train(args: argparse.Namespace, stores: list[Path]) -> dict[str, Path]:
    """Train every model on every kind; return the detectors by name."""
    encoder, size = ("resnet10t", 64) if args.quick else (args.encoder, 112)
    shape = {"encoder_stage": args.encoder_stage, "snippets": 2, "frames": 2, "size": size}
    shape["regions"] = 6
    common = ["--data", *stores, "--fractions", 0.6, 0.15, 0.25, "--encoder", encoder, "--pairs"]
    common += [word for key, value in shape.items() for word in ("--set", f"{key}={value}")]
    common += ["--batch-size", 16, "--precision", "auto", "--clip-gradients", 5]
    common += ["--epochs", 1 if args.quick else args.epochs, "--max-time", args.seconds]
    common += ["--workers", 1]
    trained = {}
    for kind in KINDS:
        for model in MODELS:
            folder = args.out / f"{model}_{kind}"
            trained[f"{model}_{kind}"] = folder / "best"
            if (folder / "done").is_file():
                continue
            rate = 3e-4 if args.encoder_weights else 1e-3
            special = ["--set", "attention=none", "--set", "relation=none", "--lr", rate]
            if args.encoder_weights:
                special += ["--set", f"encoder_weights={args.encoder_weights}"]
            if model == "mrl":
                special = ["--encoder-from", args.out / f"bare_{kind}" / "best", "--lr", 3e-4]
            special += ["--manipulations", kind, "--decay-every", 20, "--seed", 0]
            first = args.out / f"{MODELS[0]}_{KINDS[0]}"
            if folder != first:
                special += ["--split", first / "split.json"]
            resume = ["--resume"] if (folder / "run.json").is_file() else []
            run("train", "--model", "mrl", "--out", folder, *common, *special, *resume)
            (folder / "done").touch()
    return trained


def split_of_first_set(split: Path, out: Path) -> Path:
    """Leave the tracks of the other sets out of a split."""
    said = json.loads(split.read_text(encoding="utf-8"))
    said["parts"] = {
        part: [row for row in rows if row["source"].startswith("forged_0/")]
        for part, rows in said["parts"].items()
    }
    (out / "split_0.json").write_text(json.dumps(said, indent=1), encoding="utf-8")
    return out / "split_0.json"


def evaluate(args: argparse.Namespace, stores: list[Path], trained: dict[str, Path]) -> None:
    """Measure all of them on the people of the test part, as they are and perturbed."""
    models = [f"{name}={path}" for name, path in trained.items()]
    split = split_of_first_set(args.out / f"{MODELS[0]}_{KINDS[0]}" / "split.json", args.out)
    common = ["--data", stores[0], "--split", split, "--clips", 1 if args.quick else 4]
    run("evaluate", "--protocol", "cross-manipulation", "--model", *models, *common,
        "--out", args.out / "cross")  # fmt: skip
    levels = [1] if args.quick else [1, 3, 5]
    kinds = ["blur"] if args.quick else ["saturation", "contrast", "block_noise", "gaussian_noise",
                                         "blur", "pixelation", "h264", "patches"]  # fmt: skip
    common[-1] = 1
    run("evaluate", "--protocol", "robustness", "--model", *models, *common,
        "--kinds", *kinds, "--levels", *levels, "--out", args.out / "robustness")  # fmt: skip


def main() -> None:
    """Run all steps and print the tables."""
    args = arguments()
    begin(__doc__)
    if args.quick:
        args.seeds, args.frames = 2, 6
    args.out.mkdir(parents=True, exist_ok=True)
    if args.fake:
        clips, table = drawn_clips(args.out, args.quick)
    else:
        clips, table = args.data / "real_video", args.data / "manifest.csv"
    stores = make_sets(args, clips, table)
    trained = train(args, stores)
    evaluate(args, stores, trained)
    for protocol in ("cross", "robustness"):
        print((args.out / protocol / "table.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()

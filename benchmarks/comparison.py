"""LRL and AUNet next to their own plain halves, on people that none of them has seen.

Every detector learns from real faces only: each training step makes new pseudo-fakes of them
(``train --pseudo-fakes``). The split is by identity and the same for all. Everything goes through
the command line of the library; each step is skipped when its result is there, so that a broken
run goes on where it was:

1. ``extract``: the real photographs and clips, into one store;
2. ``forge`` and ``extract``: forgeries of two kinds of the test people's files, each beside a
   real copy through the same encoder, photographs and clips in stores of their own;
3. ``extract``: the real fakes, and the test people's clips as they were filmed;
4. ``train``: every detector with every seed;
5. ``evaluate``: every detector on the forged photographs (per image), on the forged clips (per
   frame and per video) and on the real fakes.

    python benchmarks/comparison.py --data ../shared/data --out comparison \
        --encoder-weights lite0.safetensors     # of imagenet_weights.py; without: from scratch
    python benchmarks/comparison.py --fake --quick --out comparison     # drawn faces, minutes

``--data`` takes a folder with ``manifest.csv`` (columns ``file``, ``label``, ``kind``,
``identity``). What it prints lies in ``OUT/table.md`` and, with every run, in ``OUT/runs.json``.
The real fakes differ from the real clips in size, codec and content: that column is confounded.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import time
from collections.abc import Iterable
from pathlib import Path

from begin import begin

from graphforensics.cli.main import main as graphforensics

#: What ``train`` is told of each detector.
CASES: dict[str, list[str]] = {
    "LRL": ["lrl"],
    "LRL, RGB only": ["lrl", "frequency=false", "similarity=false"],
    "AUNet": ["aunet", "attention_weight=10"],
    "AUNet, trunk only": [
        "aunet",
        "specific=false",
        "agnostic=false",
        "token_weight=0",
        "tampering=image",
    ],
}
#: Columns of the table: the store, the level, and what it is called.
COLUMNS = (
    ("stills", "frame", "photographs, per image"),
    ("clips", "frame", "clips, per frame"),
    ("clips", "video", "clips, per video"),
    ("fakes", "video", "real fakes, per video"),
)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder with manifest.csv")
    parser.add_argument("--fake", action="store_true", help="on drawn faces instead")
    parser.add_argument("--out", type=Path, required=True, help="folder of everything")
    parser.add_argument("--cases", nargs="+", choices=list(CASES), default=list(CASES))
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each; default: 3")
    parser.add_argument("--encoder", default="tf_efficientnet_lite0", help="any of timm's")
    parser.add_argument("--encoder-weights", type=Path, help="see imagenet_weights.py")
    parser.add_argument("--size", type=int, default=160, help="side of a crop; default: 160")
    parser.add_argument("--batch-size", type=int, default=16, help="default: 16")
    parser.add_argument("--epochs", type=int, default=20, help="default: 20")
    parser.add_argument("--quick", action="store_true", help="only see whether it runs")
    args = parser.parse_args()
    if args.fake == (args.data is not None):
        parser.error("give either --data FOLDER or --fake")
    return args


def run(*words: object) -> None:
    """Run one command of the library; end where it fails."""
    line = [str(word) for word in words]
    print("$ graphforensics", *(line if len(line) < 40 else [*line[:3], "..."]), flush=True)
    started = time.monotonic()
    status = graphforensics(line)
    print(f"  {time.monotonic() - started:.0f} s", flush=True)
    # 3: some of many files failed; they were listed, the others are done.
    if status not in (0, 3):
        raise SystemExit(status)


def sources(args: argparse.Namespace) -> list[dict[str, str]]:
    """List the files with absolute paths, ``label``, ``kind`` and ``identity``."""
    if args.fake:
        return _drawn(args.out / "drawn", people=8 if args.quick else 40)
    with open(args.data / "manifest.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["file"] = os.path.abspath(args.data / row["file"])
    return rows


def _drawn(folder: Path, people: int) -> list[dict[str, str]]:
    """Draw clips; the forged ones stand for the real fakes."""
    from graphforensics.datasets.fake_face_dataset import FakeFaceDataset

    if not (folder / "metadata.csv").is_file():
        FakeFaceDataset("all", identities=people, videos=1, frames=6).write_clips(folder)
    with open(folder / "metadata.csv", newline="", encoding="utf-8") as file:
        rows = [{**row, "kind": "video"} for row in csv.DictReader(file)]
    for row in rows:
        row["file"] = os.path.abspath(folder / row["file"])
    return rows


def write_table(rows: Iterable[dict[str, str]], place: Path) -> Path:
    """Write what ``--metadata`` takes."""
    names = ("file", "label", "identity")
    with open(place, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows({name: row[name] for name in names} for row in rows)
    return place


def store_of(files: list[dict[str, str]], name: str, frames: int, out: Path) -> Path:
    """Extract some files into a store, unless it is there."""
    store = out / name
    if not (store / "manifest.parquet").is_file():
        table = write_table(files, out / f"{name}.csv")
        paths = [row["file"] for row in files]
        run("extract", *paths, "--metadata", table, "--out", store, "--frames", f"frames:{frames}")
    return store


def split_of(store: Path, out: Path) -> tuple[Path, set[str]]:
    """Part the people; return the file of the split and the names of the test files."""
    from graphforensics.splits.split import identity_split
    from graphforensics.splits.split_file import split_document
    from graphforensics.store.track_table import track_table

    rows = track_table([str(store)]).to_pylist()
    parts = identity_split(rows, (0.6, 0.15, 0.25), seed=0, classes=("real",))
    place = out / "split.json"
    place.write_text(json.dumps(split_document(rows, parts, 0), indent=1), encoding="utf-8")
    return place, {rows[position]["source"] for position in parts["test"]}


def forged(files: list[dict[str, str]], name: str, frames: int, out: Path) -> Path:
    """Forge some files in both ways and extract the copies."""
    folder, store = out / f"forged_{name}", out / name
    if (store / "manifest.parquet").is_file():
        return store
    table = write_table(files, out / f"forged_{name}.csv")
    paths = [row["file"] for row in files]
    for method in ("self_blend", "partial_blend"):
        run("forge", *paths, "--metadata", table, "--out", folder, "--method", method,
            "--seed", 1000, "--max-frames", frames)  # fmt: skip
    run("extract", folder / "real", folder / "fake", "--metadata", folder / "metadata.csv",
        "--out", store)  # fmt: skip
    return store


def make_stores(args: argparse.Namespace) -> tuple[Path, dict[str, Path], Path]:
    """Return the store to learn from, those to measure on, and the split."""
    frames, rows = (4 if args.quick else 16), sources(args)
    real = [row for row in rows if row["label"] == "real"]
    store = store_of(real, "real", frames, args.out)
    split, names = split_of(store, args.out)
    held_out = [row for row in real if any(row["file"].endswith(name) for name in names)]
    known = {row["identity"] for row in real} - {row["identity"] for row in held_out}
    stills = [row for row in held_out if row["kind"] == "image"]
    clips = [row for row in held_out if row["kind"] == "video"]
    measured = {"clips": forged(clips, "clips", frames, args.out)}
    if stills:
        measured["stills"] = forged(stills, "stills", 1, args.out)
    fakes = [row for row in rows if row["label"] == "fake" and row["identity"] not in known]
    if fakes:
        measured["fakes"] = store_of([*fakes, *clips], "fakes", frames, args.out)
    return store, measured, split


def train(args: argparse.Namespace, name: str, seed: int, store: Path, split: Path) -> Path:
    """Train one detector once; return it."""
    model, *changes = CASES[name]
    folder = args.out / f"{name.replace(',', '').replace(' ', '_')}_{seed}"
    if (folder / "best" / "model.safetensors").is_file() and (folder / "done").is_file():
        return folder / "best"
    sets = [*changes, f"size={args.size}"]
    if args.encoder_weights:
        sets.append(f"encoder_weights={args.encoder_weights}")
    special = ["--pseudo-fakes", "partial" if model == "aunet" else "whole"]
    resume = ["--resume"] if (folder / "run.json").is_file() else []
    run("train", "--model", model, "--data", store, "--split", split, "--out", folder,
        "--encoder", args.encoder, *(word for change in sets for word in ("--set", change)),
        *special, "--batch-size", args.batch_size, "--seed", seed, "--workers", 1,
        "--optimizer", "adam", "--lr", 3e-4, "--decay-every", 10, "--clip-gradients", 5,
        "--precision", "auto", "--epochs", args.epochs, *resume)  # fmt: skip
    (folder / "done").touch()
    return folder / "best"


def evaluate(args: argparse.Namespace, model: Path, store: Path, name: str) -> dict[str, float]:
    """Return the AUC per frame and per video."""
    place = model.parent / f"{name}.json"
    if not place.is_file():
        run("evaluate", "--model", model, "--data", store, "--clips", 1 if name == "stills" else 4,
            "--split", "none", "--batch-size", 16, "--json", place)  # fmt: skip
    report = json.loads(place.read_text(encoding="utf-8"))
    return {level: report[level]["auc"] for level in ("frame", "video")}


def table(runs: list[dict[str, object]]) -> str:
    """Write mean and standard deviation over the seeds, a row a detector."""
    columns = [column for column in COLUMNS if any(run["store"] == column[0] for run in runs)]
    lines = ["| detector | " + " | ".join(title for *_, title in columns) + " |"]
    lines.append("|---|" + "---|" * len(columns))
    for name in dict.fromkeys(str(run["detector"]) for run in runs):
        cells = []
        for store, level, _ in columns:
            values = [
                float(run[level])  # type: ignore[arg-type]
                for run in runs
                if run["detector"] == name and run["store"] == store
            ]
            spread = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
            cells.append(f"{statistics.mean(values):.3f}{spread}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run all steps and print the table."""
    args = arguments()
    begin(__doc__)
    if args.quick:
        args.seeds, args.epochs, args.encoder, args.batch_size = 1, 1, "resnet10t", 4
    args.out.mkdir(parents=True, exist_ok=True)
    store, measured, split = make_stores(args)
    runs: list[dict[str, object]] = []
    for seed in range(args.seeds):
        for name in args.cases:
            model = train(args, name, seed, store, split)
            for place, faces in measured.items():
                figures = evaluate(args, model, faces, place)
                runs.append({"detector": name, "seed": seed, "store": place, **figures})
            (args.out / "runs.json").write_text(json.dumps(runs, indent=1), encoding="utf-8")
            (args.out / "table.md").write_text(table(runs), encoding="utf-8")
    print((args.out / "table.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()

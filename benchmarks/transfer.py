"""What a plain detector learns for families of forgeries left out, by recipe and by steps.

    python benchmarks/transfer.py --out OUT [--data FOLDER] [--cases NAME ...] [--steps N ...]
        [--size PIXELS] [--encoder-weights FILE] [--quick]

``--data`` holds a ``manifest.csv`` (columns ``file``, ``label``, ``kind``, ``system``,
``identity``) of real photographs and clips. Their people are parted once, three fifths to train, a
fifth to validate, a fifth to test. The people to test are forged by families that no case trains
on (``swap``; ``reenact`` and ``mouth`` of clips). Each case of :data:`CASES` trains ``Baseline``
(``MRL`` on runs of consecutive frames, with photographs made into clips) from the real faces alone,
with the forgeries that it names made on the way, and is measured after
each number of steps: area under the ROC curve of each left-out family against the real copies of
the same people, with its bootstrap interval over people; the share of unknown real photographs and
of unknown real clips that are called forged; and, where the manifest has them, the scores of face
swaps of a public system beside their own original.

Everything goes through the library's own commands. All cases are trained to the first number of
steps before any is trained to the second. A step whose result is there is skipped, a training that
was ended goes on, and ``results.json`` and ``results.md`` are written after every measurement.
``--quick`` runs all of it on drawn faces in a few minutes; its figures mean nothing.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from begin import begin, step

from graphforensics.metrics import auc, bootstrap_interval

#: What every case of a clip detector says beside its recipe.
RUNS = ("--pseudo-fakes", "whole=3,regenerate=1", "--pseudo-strength", "published", "--no-pairs",
        "--max-time", "None", "--augment", "published", "--set", "encoder_stage=-2")  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What is trained: what is said beside a recipe, and on single frames or on runs of them."""

    words: tuple[str, ...] = ()
    recipe: str = "baseline_small"
    sees: str = "frames"


#: Name -> case; a folder is numbered by its place here, so that new ones come last.
CASES = {
    "published, masks, changes, regenerate": Case(),
    "mild": Case(("--pseudo-strength", "mild")),
    "without masks": Case(("--set", "masks=false")),
    "without shared changes": Case(("--augment", "none")),
    "strong shared changes": Case(("--augment", "strong")),
    "without regenerate": Case(("--pseudo-fakes", "whole")),
    "MRL, consecutive frames": Case(RUNS, "mrl_small", "runs"),
}
#: What is stored of a video for each: single frames, or runs of consecutive ones.
FRAMES = {"frames": "frames:8", "runs": "snippets:4x4"}
STEPS = (500, 1000, 2000, 4000, 6000)
#: Families to test with: of photographs, and of clips.
LEFT_OUT = {"stills": ("swap",), "clips": ("swap", "reenact", "mouth")}
#: What a public system forged, and its own original, as parts of the manifest's file names.
PUBLIC = ("fake_video/ghost", "real_video/ghost/orig")
PARTS = ("train", "train", "train", "val", "test")


def main() -> None:
    """Run every case and write the tables."""
    args = arguments()
    begin(__doc__)
    args.out.mkdir(parents=True, exist_ok=True)
    tables = drawn_tables(args.out) if args.quick else manifest_tables(args.data, args.out)
    kinds = {CASES[case].sees for case in args.cases}
    stores = {sees: make_stores(args, tables, sees) for sees in sorted(kinds)}
    results: list[dict[str, Any]] = []
    for steps in args.steps:
        for case in args.cases:
            seen = stores[CASES[case].sees]
            model = train(args, case, steps, [*seen["real"].values(), *seen["more"].values()])
            results.append(measured(args, case, steps, model, seen))
            write_results(args.out, results)
    print((args.out / "results.md").read_text(encoding="utf-8"))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="where all results go")
    parser.add_argument("--data", type=Path, help="folder with a manifest.csv")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--steps", nargs="+", type=int, default=list(STEPS))
    parser.add_argument("--batch-size", type=int, default=16, help="both halves of its pairs")
    parser.add_argument("--size", type=int, default=128, help="side of a face in pixels")
    parser.add_argument("--clips", type=int, default=4, help="samples of a track in an epoch")
    parser.add_argument("--portraits", type=int, default=120, help="photographs to make clips of")
    parser.add_argument("--encoder-weights", help="a local file to start from")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="drawn faces, few steps: a try")
    args = parser.parse_args()
    if args.data is None and not args.quick:
        parser.error("give --data, a folder with a manifest.csv, or --quick")
    if args.quick:
        args.steps, args.cases = [2, 4], [*list(CASES)[:2], list(CASES)[-1]]
        args.batch_size, args.size, args.clips = 8, 64, 1
    args.steps = sorted(args.steps)
    return args


def run(*words: object) -> None:
    """Run a command of the library; its complaint ends this program."""
    line = [sys.executable, "-m", "graphforensics", *map(str, words)]
    step(" ".join(map(str, words))[:160])
    if subprocess.run(line, stdout=subprocess.DEVNULL).returncode not in (0, 3):
        raise SystemExit(f"graphforensics {words[0]} failed")


def part_of(identity: str) -> str:
    """Part people by a hash of their name: the same in every run, whoever else there is."""
    return PARTS[hashlib.blake2b(identity.encode(), digest_size=8).digest()[0] % len(PARTS)]


def manifest_tables(data: Path, out: Path) -> dict[str, Path]:
    """Write the tables of real photographs and clips, and of what a public system forged."""
    with open(data / "manifest.csv", newline="", encoding="utf-8") as file:
        rows = [
            {**row, "file": str((data / row["file"]).resolve())} for row in csv.DictReader(file)
        ]
    public = [row for row in rows if any(word in row["file"] for word in PUBLIC)]
    shown = {row["identity"] for row in public if row["label"] == "real"}
    real = [row for row in rows if row["label"] == "real" and row["identity"] not in shown]
    kinds = {"stills": "image", "clips": "video"}
    tables = {
        name: write_table(out / f"{name}.csv", [row for row in real if row["kind"] == kind])
        for name, kind in kinds.items()
    }
    if public:
        tables["public"] = write_table(out / "public.csv", public)
    return tables


def drawn_tables(out: Path) -> dict[str, Path]:
    """Write drawn clips in place of filmed ones."""
    from graphforensics.datasets import FakeFaceDataset

    table = out / "drawn" / "metadata.csv"
    if not table.is_file():
        FakeFaceDataset("all", identities=20, frames=8, manipulations=[]).write_clips(out / "drawn")
    with open(table, newline="", encoding="utf-8") as file:
        rows = [
            {**row, "file": str(out.resolve() / "drawn" / row["file"])}
            for row in csv.DictReader(file)
        ]
    return {"clips": write_table(out / "clips.csv", rows)}


def write_table(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """Write a table of metadata, a part for each person."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "identity", "manipulation", "split"])
        for row in rows:
            who = row["identity"] or row["file"]
            kind = row.get("system", "") if row["label"] == "fake" else ""
            writer.writerow([row["file"], row["label"], who, kind, part_of(who)])
    return path


def files_of(table: Path, part: str | None = None) -> list[str]:
    """Return the files of a table, or of one part of it."""
    with open(table, newline="", encoding="utf-8") as file:
        return [row["file"] for row in csv.DictReader(file) if part in (None, row["split"])]


def make_stores(
    args: argparse.Namespace, tables: Mapping[str, Path], sees: str
) -> dict[str, dict[str, Path]]:
    """Extract the real faces; forge the people to test by the families left out."""
    stores: dict[str, dict[str, Path]] = {"real": {}, "forged": {}, "public": {}, "more": {}}
    for name, table in tables.items():
        if sees == "runs" and name == "stills":
            stores["more"]["portraits"] = portraits(args, table)
            continue
        faces = extracted(args, name, sees, table, files_of(table))
        if name == "public":
            stores["public"][name] = faces
            continue
        stores["real"][name] = faces
        forged = args.out / f"forged_{name}"
        # It is looked at once more where it was left off, and nothing is done twice.
        run("forge", *files_of(table, "test"), "--metadata", table, "--out", forged,
            "--method", *LEFT_OUT[name], "--seed", args.seed, "--max-frames", 100)  # fmt: skip
        metadata = forged / "metadata.csv"
        stores["forged"][name] = extracted(args, forged.name, sees, metadata, [forged])
    return stores


def portraits(args: argparse.Namespace, table: Path) -> Path:
    """Make clips of the photographs of people who are not tested; extract the real ones."""
    clips, listed = args.out / "portraits", args.out / "portraits.csv"
    kept = {"train": args.portraits, "val": args.portraits // 4}
    photographs = [
        name for part, count in kept.items() for name in some(files_of(table, part), count)
    ]
    run("forge", *photographs, "--metadata", table, "--out", clips, "--method", "moving_portrait",
        "--seed", args.seed, "--max-frames", 16)  # fmt: skip
    with open(clips / "metadata.csv", newline="", encoding="utf-8") as file:
        rows = [
            {**row, "file": str((clips / row["file"]).resolve())}
            for row in csv.DictReader(file)
            if row["label"] == "real"
        ]
    return extracted(args, "portraits", "runs", write_table(listed, rows), files_of(listed))


def some(names: Sequence[str], count: int) -> list[str]:
    """Take names evenly over a list, so that every source of it is among them."""
    count = min(count, len(names))
    return [names[place * len(names) // count] for place in range(count)]


def extracted(
    args: argparse.Namespace, name: str, sees: str, table: Path, media: Iterable[object]
) -> Path:
    """Extract the faces of a table's files, unless that is done."""
    store = args.out / (f"faces_{name}" if sees == "frames" else f"faces_{name}_{sees}")
    if not (store / "manifest.parquet").is_file():
        run("extract", *media, "--metadata", table, "--out", store, "--frames", FRAMES[sees])
    return store


def train(args: argparse.Namespace, case: str, steps: int, stores: Sequence[Path]) -> Path:
    """Train a case up to a number of steps; return its weights at that place."""
    folder = args.out / f"case_{list(CASES).index(case)}"
    kept = folder / f"step_{steps}.ckpt"
    if kept.is_file():
        return kept
    # An epoch is a number of steps that follows from the data; whole ones are trained.
    pairs = epoch_samples(stores) * args.clips
    epochs = max(1, round(steps / max(1, pairs * 2 // args.batch_size)))
    words = ["--config", CASES[case].recipe, "--data", *stores, "--split", "official"]
    words += ["--out", folder, "--epochs", epochs, "--batch-size", args.batch_size]
    # A cosine's end would have to be known; steps are compared along one training.
    words += ["--schedule", "step", "--decay-every", 10**6, "--warmup-epochs", 0]
    words += ["--seed", args.seed, "--workers", 1, "--clips", args.clips, *CASES[case].words]
    if CASES[case].sees == "frames":
        words += ["--set", f"size={args.size}"]
    words += ["--encoder", "resnet10t" if args.quick else "tf_efficientnet_lite0"]
    if args.encoder_weights:
        words += ["--set", f"encoder_weights={args.encoder_weights}"]
    run("train", *words, *(["--resume"] if (folder / "last.ckpt").is_file() else []))
    kept.write_bytes((folder / "last.ckpt").read_bytes())
    return kept


def epoch_samples(stores: Sequence[Path]) -> int:
    """Count the real tracks to train on."""
    from graphforensics.store import FaceStore

    rows = [row for store in stores for row in FaceStore(store).manifest.to_pylist()]
    return sum(row["split"] == "train" and row["track_id"] is not None for row in rows)


def measured(
    args: argparse.Namespace,
    case: str,
    steps: int,
    model: Path,
    stores: Mapping[str, Mapping[str, Path]],
) -> dict[str, Any]:
    """Measure one detector on what it has not seen."""
    result: dict[str, Any] = {"case": case, "steps": steps, "families": {}}
    for name, store in stores["forged"].items():
        rows = scores(args, model, store, f"forged_{name}", "none")
        found = families(rows, args.seed)
        result["families"] |= {f"{kind}, {name}": one for kind, one in found.items()}
    for name, store in stores["real"].items():
        rows = scores(args, model, store, name, "official")
        values = np.array([float(row["score"]) for row in rows])
        result[f"{name} above 0.5"] = float((values >= 0.5).mean()) if len(values) else None
    for store in stores["public"].values():
        rows = scores(args, model, store, "public", "none")
        result["public"] = {row["video"]: float(row["score"]) for row in rows}
    return result


def scores(
    args: argparse.Namespace, model: Path, store: Path, name: str, split: str
) -> list[dict[str, str]]:
    """Return the scores of the videos of a store, or of its test part."""
    table = model.with_name(f"{model.stem}_{name}.csv")
    if not table.is_file():
        run("evaluate", "--model", model, "--data", store, "--split", split, "--clips", 4,
            "--batch-size", 16, "--csv", table)  # fmt: skip
    with open(table, newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["status"] == "ok"]


def families(rows: Sequence[Mapping[str, str]], seed: int) -> dict[str, Any]:
    """Return the area under the curve of each family against the real copies of its people."""
    real = [row for row in rows if row["label"] == "real"]
    found = {}
    for family in sorted({row["manipulation"] for row in rows if row["label"] == "fake"}):
        fake = [row for row in rows if row["label"] == "fake" and row["manipulation"] == family]
        videos = {row["video"] for row in fake}
        both = fake + [row for row in real if row["video"] in videos]
        labels = np.array([row["label"] == "fake" for row in both], dtype=int)
        values = np.array([float(row["score"]) for row in both])
        people = [row["identity"].partition(";")[0] for row in both]
        interval = bootstrap_interval(auc, labels, values, groups=people, seed=seed)
        found[family] = {"auc": auc(labels, values), "low": interval.low, "high": interval.high,
                         "videos": len(fake), "people": len(set(people))}  # fmt: skip
    return found


def write_results(out: Path, results: Sequence[Mapping[str, Any]]) -> None:
    """Write all measurements, as JSON and as a table."""
    (out / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    names = sorted({name for row in results for name in row["families"]})
    alarms = sorted({name for row in results for name in row if name.endswith("above 0.5")})
    titles = ["case", "steps", *names, *alarms]
    lines = ["| " + " | ".join(titles) + " |", "|---" * len(titles) + "|"]
    for row in results:
        cells = [str(row["case"]), str(row["steps"])]
        for name in names:
            one = row["families"].get(name)
            cells.append(
                "-" if one is None else f"{one['auc']:.3f} [{one['low']:.3f}, {one['high']:.3f}]"
            )
        for name in alarms:
            cells.append("-" if row.get(name) is None else f"{row[name]:.2f}")
        lines.append("| " + " | ".join(cells) + " |")
    (out / "results.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""How fast clips are loaded from a face store, next to a folder of PNG files a video.

    python benchmarks/loading.py --data ../shared/data --json loading.json

Clips are extracted into a store, every frame; the same crops are written once more as the field
usually keeps them: a folder a face, a PNG file a frame, by Pillow with its defaults. Then both are
loaded as samples of T x D frames (5 x 20 at 112 px) at the same random places by PyTorch's loader,
in turns, so that whatever else the machine does falls on both alike:

- ``store``: ``ClipDataset`` on the store;
- ``png``: Pillow opens each file, resizes it (bilinear), and the sample is stacked.

Both samples are first compared: they may differ by 1 of 255, the rounding of the two resizing
filters. Clips a second are medians of wall clock and of processor time (this process and the
loader's). Where there are no clips (``--data`` is not given), faces that move are drawn.

Last, the memory that a worker of the loader has for itself after 50 samples, from a set of 100 and
of 20,000 tracks.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from begin import begin
from PIL import Image
from torch.utils.data import DataLoader, Dataset, Subset

from graphforensics.data import InputSpec, clip_rows
from graphforensics.data.sample_layout import arrange
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip
from graphforensics.preprocess import extract
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_store import FaceStore
from graphforensics.store.track_table import track_table

CLIPS = [
    "real_video/ghost/nggyup.mp4",
    "real_video/liveportrait/s18.mp4",
    "real_video/liveportrait/s32.mp4",
    "real_video/liveportrait/s29.mp4",
    "real_video/liveportrait/d13.mp4",
]
WANTED = 3.0


def main() -> None:
    """Measure, print the tables and write the figures."""
    args = parse()
    begin(__doc__)
    spec = InputSpec("clip", size=args.size, snippets=args.snippets, frames=args.frames)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        table = prepare(root, args)
        ways = {
            "store": ClipDataset(table, spec, train=True),
            "png": PngFolders(root / "png", table, spec),
        }
        report: dict[str, Any] = {
            "setting": setting(root, table, args),
            "largest_difference": compare(ways["store"], ways["png"], len(table)),
            "clips": [measure(ways, workers, args) for workers in args.workers],
            "memory": [memory(table, spec, tracks) for tracks in (100, 20_000)],
        }
    show(report)
    if args.json:
        args.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of the clips; drawn ones by default")
    parser.add_argument("--clips", nargs="+", default=CLIPS, help="files, relative to --data")
    parser.add_argument("--count", type=int, default=3, help="clips that are drawn")
    parser.add_argument("--length", type=int, default=120, help="frames of each that is drawn")
    parser.add_argument("--size", type=int, default=112)
    parser.add_argument("--snippets", type=int, default=5)
    parser.add_argument("--frames", type=int, default=20)
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--batch", type=int, default=2, help="clips a batch")
    parser.add_argument("--samples", type=int, default=20, help="clips that a turn loads")
    parser.add_argument("--rounds", type=int, default=3, help="turns that each way gets")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def prepare(root: Path, args: argparse.Namespace) -> pa.Table:
    """Extract the clips, write the same crops as PNG files, and return the table of tracks."""
    torch.set_num_threads(1)
    if args.data is None:
        paths = [root / f"{seed}.mp4" for seed in range(args.count)]
        for seed, path in enumerate(paths):
            write_clip(path, moving_face(args.length, (480, 640), 0.9, 40, seed=seed))
    else:
        paths = [args.data / clip for clip in args.clips]
    extract(paths, root / "store", ExtractionOptions())
    for track in FaceStore(root / "store"):
        folder = root / "png" / track.track_id
        folder.mkdir(parents=True)
        for row in range(track.frames):
            Image.fromarray(track.read([row])[0]).save(folder / f"{row:06d}.png")
    table = track_table([root / "store"])
    label = pa.array(["real"] * len(table))
    return table.set_column(table.schema.get_field_index("label"), "label", label)


class PngFolders(Dataset[dict[str, Any]]):
    """Samples as :class:`ClipDataset` cuts them, out of folders of PNG files."""

    def __init__(self, root: Path, table: pa.Table, spec: InputSpec) -> None:
        self.files = [sorted((root / name).iterdir()) for name in table["track_id"].to_pylist()]
        self.segments = [track.segments for track in FaceStore(root.parent / "store")]
        self.spec = spec

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, item: tuple[int, int]) -> dict[str, Any]:
        rng = np.random.default_rng([0, item[0], item[1]])
        runs = clip_rows(self.segments[item[1]], self.spec, rng)
        read = {row: self._read(self.files[item[1]][row]) for run in runs for row in run}
        pixels = np.stack([read[row] for run in runs for row in run])
        inputs = arrange(torch.from_numpy(pixels).permute(0, 3, 1, 2), self.spec)
        return {"inputs": inputs.flip(-1) if rng.random() < 0.5 else inputs}

    def _read(self, path: Path) -> np.ndarray:
        with Image.open(path) as image:
            side = (self.spec.size, self.spec.size)
            return np.asarray(image.convert("RGB").resize(side, Image.Resampling.BILINEAR))


def compare(store: Dataset[Any], png: Dataset[Any], tracks: int) -> int:
    """Return the largest difference between the samples of both ways."""
    pairs = ((store[2, n]["inputs"], png[2, n]["inputs"]) for n in range(tracks))
    return max(int((one.int() - other.int()).abs().max()) for one, other in pairs)


class Places:
    """The same random tracks and epochs for both ways."""

    def __init__(self, tracks: int, samples: int, turn: int) -> None:
        rng = np.random.default_rng(turn)
        self.places = [(turn, int(rng.integers(tracks))) for _ in range(samples)]

    def __iter__(self) -> Any:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


def measure(ways: dict[str, Any], workers: int, args: argparse.Namespace) -> dict[str, Any]:
    """Load clips in turns and return clips a second of each way."""
    found: dict[str, dict[str, list[float]]] = {name: {"wall": [], "cpu": []} for name in ways}
    for turn in range(args.rounds):
        for name, dataset in ways.items():
            places: Any = Places(len(dataset), args.samples, turn)
            loader = DataLoader(dataset, args.batch, sampler=places, num_workers=workers)
            start, used = time.perf_counter(), processor()
            loaded = sum(len(batch["inputs"]) for batch in loader)
            wall, cpu = time.perf_counter() - start, processor() - used
            found[name]["wall"].append(loaded / wall)
            found[name]["cpu"].append(loaded / cpu)
    figures = {
        f"{name}_{clock}": statistics.median(values)
        for name, clocks in found.items()
        for clock, values in clocks.items()
    }
    for clock in ("wall", "cpu"):
        figures[f"ratio_{clock}"] = figures[f"store_{clock}"] / figures[f"png_{clock}"]
    return {"workers": workers, **figures}


def processor() -> float:
    """Return the processor time of this process and of those that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


class OwnMemory(Dataset[float]):
    """Loads samples and tells what memory the process then has for itself, in MiB."""

    def __init__(self, dataset: ClipDataset) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, position: int) -> float:
        self.dataset[position]
        return own_memory()


def own_memory() -> float:
    """Return the resident memory of this process that no other one shares, in MiB."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    values = dict(line.split()[:2] for line in lines[1:])
    return (int(values["Private_Clean:"]) + int(values["Private_Dirty:"])) / 1024


def memory(table: pa.Table, spec: InputSpec, tracks: int) -> dict[str, float]:
    """Measure a worker on a set of so many tracks: the same few, named many times."""
    rows = np.arange(tracks) % len(table)
    many = OwnMemory(ClipDataset(table.take(pa.array(rows)).combine_chunks(), spec))
    order = np.random.default_rng(0).permutation(tracks)[:50].tolist()
    loader = DataLoader(Subset(many, order), batch_size=None, num_workers=1)
    return {"tracks": tracks, "worker_mib": max(float(value) for value in loader)}


def setting(root: Path, table: pa.Table, args: argparse.Namespace) -> dict[str, Any]:
    """Describe what was loaded."""
    sides = [FaceStore(root / "store")[n].read([0])[0].shape[0] for n in range(len(table))]
    size = {
        name: sum(path.stat().st_size for path in (root / name).rglob("*") if path.is_file())
        for name in ("store", "png")
    }
    return {
        "tracks": len(table),
        "frames": sum(table["frames"].to_pylist()),
        "sides": sides,
        "mib": {name: value / (1 << 20) for name, value in size.items()},
        "sample": [args.snippets, args.frames, args.size],
        "batch": args.batch,
    }


def show(report: dict[str, Any]) -> None:
    """Print the figures, and whether they are what was wanted."""
    made = report["setting"]
    print(
        f"{made['tracks']} tracks, {made['frames']} frames, first crops of {made['sides']} pixels"
    )
    print("size on disk: " + ", ".join(f"{k} {v:.0f} MiB" for k, v in made["mib"].items()))
    print(f"largest difference of a sample: {report['largest_difference']} of 255")
    print("clips a second")
    print(f"{'workers':>8} {'store':>7} {'png':>7} {'ratio':>7}   processor time only")
    for row in report["clips"]:
        print(f"{row['workers']:8d} " + "   ".join(
            f"{row[f'store_{clock}']:7.2f} {row[f'png_{clock}']:7.2f} {row[f'ratio_{clock}']:7.2f}"
            for clock in ("wall", "cpu")
        ))  # fmt: skip
    for row in report["memory"]:
        print(f"a worker's own memory, {row['tracks']:,} tracks: {row['worker_mib']:.1f} MiB")
    least = min(row["ratio_cpu"] for row in report["clips"])
    print(f"{'met' if least >= WANTED else 'NOT MET'}: {least:.2f}, wanted at least {WANTED}")


if __name__ == "__main__":
    main()

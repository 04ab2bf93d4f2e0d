"""How long a large data set takes on a cluster, simulated from costs that are measured here.

    python benchmarks/cluster.py --data ../shared/data --json cluster.json

Measured in this run: processor time of ``graphforensics extract`` a frame, on clips of several
sizes, and a line through it (milliseconds against megapixels); bytes of the store a frame; seconds
that one task takes through a local Dask cluster of two processes when it does nothing; seconds that
the main process takes to put one source into the store; seconds a source of the manifest.

Simulated, event by event: a scheduler that hands out one clip at a time, workers of one core that
read the clip, extract it and write its tracks, a storage whose bandwidth all transfers of the
moment share equally (each at most ``--link``), and the main process that puts source after source
into the store. The data set is the Deepfake Detection Challenge's by default: 119,154 clips of 10 s
at 30 frames a second, 1920 x 1080, 470 GB, one face each, as large as those of the measured clips.
Costs of single clips scatter as those of the measured ones about the line. Nothing fails, and
nobody else uses the cluster.

The bottleneck is what is busy for the largest share of the time.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from begin import begin
from cluster_events import Costs, Task, simulate

from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.decode import probe
from graphforensics.media.write_clip import write_clip
from graphforensics.preprocess import extract
from graphforensics.preprocess.pipeline.dask_pool import DaskPool
from graphforensics.preprocess.pipeline.extract_tracks import extract_tracks
from graphforensics.preprocess.pipeline.source_job import SourceJob, SourceResult
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_store import FaceStore
from graphforensics.store.layout import RECORD, source_key
from graphforensics.store.manifest import manifest_table, write_manifest
from graphforensics.store.records import SourceRecord, TrackRecord
from graphforensics.store.store_writer import StoreWriter

CLIPS = [
    "real_video/ghost/nggyup.mp4",
    "real_video/liveportrait/s18.mp4",
    "real_video/liveportrait/d13.mp4",
    "real_video/edtalk/expression_source.mp4",
    "real_video/dpe/d.mp4",
]
MB = 1e6


@dataclass
class ClipCost:
    """What one measured clip cost; times are processor time."""

    clip: str
    megapixels: float
    frames: int
    kept: int
    ms_a_frame: float
    seconds_a_second: float
    stored_bytes: int


def main() -> None:
    """Measure, simulate, print the tables and write the figures."""
    args = parse()
    begin(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paths = drawn(root) if args.data is None else [args.data / clip for clip in args.clips]
        serial = {
            "dispatch_s": dispatch_seconds(args.tasks),
            "commit_s": commit_seconds(root / "commit", 100),
            "manifest_s": manifest_seconds(root, 10_000),
        }
        runs = []
        for frames in args.frames:
            measured = [clip_cost(path, frames, root) for path in paths]
            runs.append(run(frames, measured, serial, args))
    report = {"assumed": assumptions(args), "serial": serial, "runs": runs}
    show(report)
    if args.json:
        args.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of the clips; drawn ones by default")
    parser.add_argument("--clips", nargs="+", default=CLIPS, help="files, relative to --data")
    parser.add_argument("--frames", nargs="+", default=["all", "snippets:5x20"])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--storage", type=float, nargs="+", default=[100, 1000], help="MB/s")
    parser.add_argument("--link", type=float, default=1000, help="MB/s of one worker (1000)")
    parser.add_argument("--count", type=int, default=119_154, help="clips of the data set")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each")
    parser.add_argument("--rate", type=float, default=30.0, help="frames a second of each")
    parser.add_argument("--megapixels", type=float, default=1920 * 1080 / 1e6)
    parser.add_argument("--gigabytes", type=float, default=470.0, help="of the whole data set")
    parser.add_argument("--tasks", type=int, default=300, help="empty tasks that are timed")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def assumptions(args: argparse.Namespace) -> dict[str, float]:
    """Return what is taken for granted of the data set and the cluster."""
    names = ("count", "seconds", "rate", "megapixels", "gigabytes", "link")
    return {name: getattr(args, name) for name in names}


def drawn(root: Path) -> list[Path]:
    """Write three clips of a face that moves, in three sizes."""
    paths = []
    for seed, size in enumerate([(240, 320), (360, 480), (480, 640)]):
        paths.append(root / f"{seed}.mp4")
        write_clip(paths[-1], moving_face(30, size, 0.7, 10, seed=seed))
    return paths


def clip_cost(path: Path, frames: str, root: Path) -> ClipCost:
    """Extract a clip in this process, once to load the models, once against the clock."""
    options = ExtractionOptions(selection=frames)
    list(extract_tracks(path, ExtractionOptions(selection="frames:2")))
    with tempfile.TemporaryDirectory(dir=root) as store:
        start = time.process_time()
        extract([path], store, options, workers=0)
        used = time.process_time() - start
        kept = sum(track.frames for track in FaceStore(store))
        stored = sum(file.stat().st_size for file in Path(store).rglob("*.parquet"))
    info = probe(path)
    length = info.frames / 25 if len(info.times) < 2 else float(info.times[-1] - info.times[0])
    return ClipCost(
        path.name, info.width * info.height / 1e6, info.frames, kept,
        used / info.frames * 1e3, used / length, stored,
    )  # fmt: skip


def nothing(job: SourceJob) -> SourceResult:
    """Do no work, and answer as a job does."""
    record = TrackRecord("track_000", 300, 300, 1, 0.0, 10.0)
    return SourceResult(SourceRecord(job.source, job.key, "ok", tracks=(record,)), "x" * 80)


def dispatch_seconds(tasks: int) -> float:
    """Time empty tasks through a local cluster; what this machine's workers do is in it."""
    from distributed import LocalCluster

    names = [f"dfdc_train_part_0/{number:010d}.mp4" for number in range(tasks)]
    jobs = [SourceJob("/data/" + name, name, name, source_key(name), "/store") for name in names]
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as cluster,
        DaskPool(nothing, cluster.scheduler_address) as pool,
    ):
        list(pool.run(jobs[:20]))
        start = time.perf_counter()
        done = list(pool.run(jobs))
        return (time.perf_counter() - start) / len(done)


def commit_seconds(root: Path, sources: int) -> float:
    """Time how the main process puts small sources into a store on this machine's disk."""
    with StoreWriter(root, ExtractionOptions()) as writer:
        records = []
        for number in range(sources):
            record = SourceRecord(f"{number}.mp4", source_key(f"{number}.mp4"), "no_face")
            (writer.partial / record.key).mkdir()
            record.write(writer.partial / record.key / RECORD)
            records.append(record)
        start = time.perf_counter()
        for record in records:
            writer.commit(record, writer.partial / record.key)
        return (time.perf_counter() - start) / sources


def manifest_seconds(root: Path, sources: int) -> float:
    """Time the manifest, a source."""
    track = TrackRecord("track_000", 300, 300, 1, 0.0, 10.0)
    names = [f"{number:010d}.mp4" for number in range(sources)]
    records = [
        SourceRecord(n, source_key(n), "ok", sha256="0" * 64, tracks=(track,)) for n in names
    ]
    start = time.perf_counter()
    write_manifest(root, manifest_table(records))
    return (time.perf_counter() - start) / sources


def fitted(measured: list[ClipCost]) -> tuple[float, float, list[float]]:
    """Fit milliseconds a frame against megapixels; return the line and each clip's factor."""
    sizes = np.array([clip.megapixels for clip in measured])
    costs = np.array([clip.ms_a_frame for clip in measured])
    slope, base = np.polyfit(sizes, costs, 1) if len(set(sizes.tolist())) > 1 else (0, costs.mean())
    return float(slope), float(base), (costs / (base + slope * sizes)).tolist()


def run(
    frames: str, measured: list[ClipCost], serial: dict[str, float], args: argparse.Namespace
) -> dict[str, Any]:
    """Simulate the data set on every number of workers and every bandwidth."""
    slope, base, factors = fitted(measured)
    seen = args.seconds * args.rate
    each = (base + slope * args.megapixels) * seen / 1e3
    share = sum(clip.kept for clip in measured) / sum(clip.frames for clip in measured)
    kept = seen * share if frames == "all" else min(seen, np.mean([c.kept for c in measured]))
    stored = kept * sum(c.stored_bytes for c in measured) / sum(c.kept for c in measured)
    chosen = np.random.default_rng(0).choice(factors, args.count)
    size = args.gigabytes * 1e9 / args.count
    tasks = [Task(size, each * factor, stored) for factor in chosen.tolist()]
    found = []
    for storage in args.storage:
        for workers in args.workers:
            costs = Costs(serial["dispatch_s"], serial["commit_s"], storage * MB, args.link * MB)
            result = simulate(tasks, workers, costs)
            last = serial["manifest_s"] * args.count
            hours = (result.seconds + last) / 3600
            found.append({"storage": storage, "workers": workers, "hours": hours,
                          "busy": result.busy, "bottleneck": result.bottleneck})  # fmt: skip
    return {
        "frames": frames, "measured": [asdict(clip) for clip in measured],
        "ms_a_megapixel": slope, "ms_a_frame": base, "seconds_a_clip": each,
        "stored_mb_a_clip": stored / MB, "stored_tb": stored * args.count / 1e12,
        "simulated": found,
    }  # fmt: skip


def show(report: dict[str, Any]) -> None:
    """Print the tables."""
    print("assumed: " + ", ".join(f"{name} {value:g}" for name, value in report["assumed"].items()))
    print("measured: " + ", ".join(f"{k} {1e3 * v:.2f} ms" for k, v in report["serial"].items()))
    for one in report["runs"]:
        print(f"\n--frames {one['frames']}")
        for clip in one["measured"]:
            print(f"  {clip['clip']:24s} {clip['megapixels']:5.2f} MP {clip['frames']:5d} frames "
                  f"{clip['ms_a_frame']:7.2f} ms a frame, {clip['seconds_a_second']:5.2f} s a "
                  f"second of video, {clip['stored_bytes'] / MB:6.1f} MB stored")  # fmt: skip
        print(f"  a clip: {one['seconds_a_clip']:.2f} s, {one['stored_mb_a_clip']:.1f} MB stored, "
              f"{one['stored_tb']:.2f} TB in all")  # fmt: skip
        print("  storage MB/s  workers     hours  bottleneck  busy")
        for row in one["simulated"]:
            busy = ", ".join(f"{name} {share:.0%}" for name, share in row["busy"].items())
            print(f"  {row['storage']:12g} {row['workers']:8d} {row['hours']:9.2f}  "
                  f"{row['bottleneck']:10s}  {busy}")  # fmt: skip


if __name__ == "__main__":
    main()

"""Extraction killed at random moments with all its workers, and started again.

The moments are drawn with a seed: at a random time of the whole run, or at a random file operation
of the main process (which publishes finished sources and the manifest) or of a worker (which
writes them), in the midst of a write too. After each kill the store must hold whole sources only;
then the run is started again, every third one killed once more, and the store must be, byte for
byte, that of a run that was never killed: no track lost, none there twice.

    python benchmarks/faults/kill_extraction.py --count 50 --seed 0 --json kill_extraction.json
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from figures import markdown, write_json
from killed_runs import Moment, hashes, operations, run, table

from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip
from graphforensics.store.face_store import FaceStore

_GOOD = ("only whole sources", "finished ones kept", "nothing lost", "nothing twice",
         "equal to the unbroken run")  # fmt: skip
_NAMES = {"time": "at a random time", "main": "while publishing", "worker": "while a worker writes"}


def make_clips(folder: Path, count: int) -> Path:
    """Write short clips of a moving face and a table of labels."""
    folder.mkdir()
    with (folder / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "label", "identity"])
        for seed in range(count):
            write_clip(
                folder / f"{seed}.mp4", moving_face(6, (144, 176), 0.6, 8, seed=seed), fps=25
            )
            rows.writerow([f"{seed}.mp4", "real" if seed % 2 else "fake", f"p{seed}"])
    return folder


class Extraction:
    """The job, the store that it gives when nobody disturbs it, and the moments it has.

    Args:
        root: Empty folder to work in.
        clips: Number of clips.
        workers: Worker processes.
    """

    def __init__(self, root: Path, clips: int, workers: int) -> None:
        self.root, self.workers = root, workers
        self.clips = make_clips(root / "clips", clips)
        start, log = time.monotonic(), root / "log"
        run("extraction", self._arguments(root / "unbroken"), log=log)
        self.seconds = time.monotonic() - start
        self.unbroken = hashes(root / "unbroken")
        self.tracks = FaceStore(root / "unbroken").track_ids
        self.steps = {
            role: max((len(names) for names in operations(log, role)), default=0)
            for role in ("main", "worker")
        }

    def moment(self, number: int, chance: random.Random) -> Moment:
        """Draw a moment: half at a time, the rest at a file operation."""
        role = ("time", "main", "time", "worker")[number % 4]
        if role == "time" or not self.steps[role]:
            return Moment("time", chance.uniform(0, self.seconds), _NAMES["time"])
        return Moment(role, chance.randrange(self.steps[role]), _NAMES[role])

    def kill(self, number: int, chance: random.Random) -> dict[str, Any]:
        """Kill one run, start it again until it ends, and compare."""
        store = self.root / f"killed-{number}"
        moment = self._kill_once(store, number, chance)
        result: dict[str, Any] = {"moment": moment.name, "at": moment.at}
        whole = self._whole(store)
        result["only whole sources"] = whole is not None
        result["killed again"] = False
        if number % 3 == 2:
            again = self.moment(chance.randrange(4), chance)
            killed = run("extraction", self._arguments(store), again)
            result["killed again"] = killed.returncode != 0
            whole = self._whole(store) if whole is not None else None
        ended = run("extraction", self._arguments(store))
        told = json.loads(ended.stdout)
        result["finished ones kept"] = told["reused"] == whole
        tracks = FaceStore(store).track_ids
        result["nothing lost"] = set(tracks) >= set(self.tracks)
        result["nothing twice"] = len(tracks) == len(set(tracks)) == len(self.tracks)
        result["equal to the unbroken run"] = hashes(store) == self.unbroken
        shutil.rmtree(store)
        return result

    def _kill_once(self, store: Path, number: int, chance: random.Random) -> Moment:
        """Draw moments until one comes before the run's end."""
        while True:
            moment, start = self.moment(number, chance), time.monotonic()
            if run("extraction", self._arguments(store), moment).returncode:
                return moment
            self.seconds = min(self.seconds, time.monotonic() - start)
            shutil.rmtree(store)

    def _whole(self, store: Path) -> int | None:
        """Count finished sources; ``None`` if what lies in its place is not as it should be."""
        found = {n: v for n, v in hashes(store).items() if n.startswith("tracks/")}
        sources = {name.split("/")[1] for name in found}
        wanted = {
            name: value
            for name, value in self.unbroken.items()
            if name.startswith("tracks/") and name.split("/")[1] in sources
        }
        listed = (store / "manifest.parquet").exists()
        if found != wanted or (listed and hashes(store) != self.unbroken):
            return None
        return len(sources)

    def _arguments(self, store: Path) -> dict[str, Any]:
        return {
            "clips": str(self.clips),
            "metadata": str(self.clips / "metadata.csv"),
            "store": str(store),
            "workers": self.workers,
        }


def main() -> int:
    """Kill, compare, print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=50, help="runs to kill; default: 50")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--clips", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    chance, start = random.Random(args.seed), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        job = Extraction(Path(folder), args.clips, args.workers)
        results = [job.kill(number, chance) for number in range(args.count)]
    rows = table(results, ("killed again", *_GOOD))
    broken = [r for r in results if not all(r[name] for name in _GOOD)]
    print(markdown(rows))
    for result in broken:
        print(f"NOT AS WANTED: {result}")
    print(f"{len(results)} runs, seed {args.seed}, {len(broken)} not as wanted, "
          f"{time.monotonic() - start:.0f} s")  # fmt: skip
    if args.json:
        figures = {"rows": rows, "operations": job.steps, "seconds": job.seconds}
        write_json(args.json, {**figures, "runs": results, "seed": args.seed})
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())

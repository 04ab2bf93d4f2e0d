"""Training killed at random moments, and resumed.

The moments are drawn with a seed: at a random time of the whole run, at a random file operation
(writing ``best/``, ``metrics.csv`` and ``last.ckpt``, in the midst of a write too), or at a random
forward pass of a validation. Then the run is resumed, every third one killed once more, and
``best/`` and ``metrics.csv`` must be, byte for byte, those of a run that was never killed, and the
weights in ``last.ckpt`` the same numbers.

    python benchmarks/faults/kill_training.py --count 20 --seed 0 --json kill_training.json
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

import torch
from figures import markdown, write_json
from killed_runs import Moment, hashes, operations, run, table

from graphforensics.datasets.moving_face import moving_face
from graphforensics.errors import GraphForensicsError
from graphforensics.media.write_clip import write_clip
from graphforensics.models import load_detector
from graphforensics.preprocess import extract
from graphforensics.store.extraction_options import ExtractionOptions

_NAMES = {"time": "at a random time", "main": "while files are written",
          "validation": "during validation"}  # fmt: skip
_GOOD = ("best/ whole after the kill", "every epoch there once", "best/ equal, byte for byte",
         "metrics.csv equal, byte for byte", "last weights equal")  # fmt: skip
_MODEL: dict[str, Any] = {
    "encoder": "resnet10t",
    "encoder_stage": 1,
    "regions": 4,
    "snippets": 2,
    "frames": 3,
    "size": 32,
    "hidden_channels": 8,
    "attention_channels": 8,
    "dropout": 0.2,
    "mask_strategy": "random",
}


def make_store(root: Path, people: int) -> Path:
    """Extract a real and a fake clip a person; the fakes have a coloured mouth."""
    clips = root / "clips"
    clips.mkdir()
    with (clips / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "label", "identity", "manipulation"])
        for person in range(people):
            for label in ("real", "fake"):
                frames = list(moving_face(6, (144, 176), 0.6, 8, seed=person))
                for frame in frames if label == "fake" else []:
                    frame[80:96, 76:100, 2] = 255 - frame[80:96, 76:100, 2]
                write_clip(clips / f"{label}{person}.mp4", frames)
                told = "mouth" if label == "fake" else ""
                rows.writerow([f"{label}{person}.mp4", label, f"p{person}", told])
    extract(clips, root / "store", ExtractionOptions(), metadata=clips / "metadata.csv", workers=0)
    return root / "store"


class Training:
    """The job, what it leaves when nobody disturbs it, and the moments it has.

    Args:
        root: Empty folder to work in.
        epochs: Length of a run.
        people: Persons in the data, half of them to train on; each has a real and a fake clip.
    """

    def __init__(self, root: Path, epochs: int, people: int) -> None:
        self.root, self.epochs = root, epochs
        self.store = make_store(root, people)
        start, log = time.monotonic(), root / "log"
        run("training", self._arguments("unbroken", False), log=log)
        self.seconds = time.monotonic() - start
        self.unbroken = root / "unbroken"
        self.steps = {
            "main": len(operations(log, "main")[0]),
            # A quarter of the tracks, in batches of four.
            "validation": epochs * -(-2 * (people // 4) // 4),
        }

    def moment(self, number: int, chance: random.Random) -> Moment:
        """Draw a moment of the kind that is next."""
        role = ("time", "main", "validation", "main")[number % 4]
        if role == "time":
            return Moment("time", chance.uniform(0, self.seconds), _NAMES["time"])
        return Moment(role, chance.randrange(self.steps[role]), _NAMES[role])

    def kill(self, number: int, chance: random.Random) -> dict[str, Any]:
        """Kill one run, resume it until it ends, and compare."""
        name = f"killed-{number}"
        moment = self._kill_once(name, number, chance)
        result: dict[str, Any] = {"moment": moment.name, "at": moment.at}
        result["epochs done"] = self._epochs(name)
        result["best/ whole after the kill"] = self._whole(name)
        result["killed again"] = False
        if number % 3 == 2:
            killed = run("training", self._arguments(name, True), self.moment(number, chance))
            result["killed again"] = killed.returncode != 0
            result["best/ whole after the kill"] &= self._whole(name)
        run("training", self._arguments(name, True))
        result.update(self._compared(self.root / name))
        shutil.rmtree(self.root / name)
        return result

    def _kill_once(self, name: str, number: int, chance: random.Random) -> Moment:
        """Draw moments until one comes before the run's end."""
        while True:
            moment, start = self.moment(number, chance), time.monotonic()
            if run("training", self._arguments(name, False), moment).returncode:
                return moment
            self.seconds = min(self.seconds, time.monotonic() - start)
            shutil.rmtree(self.root / name)

    def _whole(self, name: str) -> bool:
        """Whether ``best/`` can be loaded, if the run came so far as to have one."""
        if not (self.root / name / "last.ckpt").exists():
            return True
        try:
            load_detector(self.root / name / "best")
        except GraphForensicsError:
            return False
        return True

    def _epochs(self, name: str) -> int:
        last = self.root / name / "last.ckpt"
        return int(torch.load(last, weights_only=True)["epoch"]) if last.exists() else 0

    def _compared(self, out: Path) -> dict[str, bool]:
        rows = list(csv.DictReader((out / "metrics.csv").open(encoding="utf-8")))
        ours, theirs = (
            torch.load(place / "last.ckpt", weights_only=True)["state_dict"]
            for place in (out, self.unbroken)
        )
        pairs = zip(
            (hashes(out, (name,)) for name in ("best/*", "metrics.csv")),
            (hashes(self.unbroken, (name,)) for name in ("best/*", "metrics.csv")),
            strict=True,
        )
        best, metrics = (one == other for one, other in pairs)
        return {
            _GOOD[1]: [int(row["epoch"]) for row in rows] == list(range(self.epochs)),
            _GOOD[2]: best,
            _GOOD[3]: metrics,
            _GOOD[4]: ours.keys() == theirs.keys()
            and all(torch.equal(ours[key], theirs[key]) for key in ours),
        }

    def _arguments(self, name: str, resume: bool) -> dict[str, Any]:
        return {
            "store": str(self.store),
            "out": str(self.root / name),
            "model": _MODEL,
            "options": {"epochs": self.epochs, "learning_rate": 1e-3, "decay_every": 2},
            "resume": resume and (self.root / name).is_dir(),
        }


def main() -> int:
    """Kill, compare, print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20, help="runs to kill; default: 20")
    parser.add_argument("--first", type=int, default=0, help="number of the first run")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    chance, start = random.Random(args.seed), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        job = Training(Path(folder), args.epochs, args.people)
        numbers = range(args.first, args.first + args.count)
        results = [job.kill(number, chance) for number in numbers]
    rows = table(results, ("killed again", *_GOOD))
    broken = [r for r in results if not all(r[name] for name in _GOOD)]
    print(markdown(rows))
    for result in broken:
        print(f"NOT AS WANTED: {json.dumps(result)}")
    print(f"{len(results)} runs, seed {args.seed}, {len(broken)} not as wanted, "
          f"{time.monotonic() - start:.0f} s")  # fmt: skip
    if args.json:
        figures = {"rows": rows, "operations": job.steps, "seconds": job.seconds}
        write_json(args.json, {**figures, "runs": results, "seed": args.seed})
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Two faults after each other, and what the store knew is still there.

A store of labelled clips is whole. Then twice one of five things happens while some of its clips
have changed, so that they are to be extracted again without a table of labels: the worker is killed
as often as it tries; the whole run is killed; the executor's workers lack a package; the disk is full
from a random file operation on; a clip's new content cannot be read, or the clip is gone. After each,
every source must have its tracks, whole, its label and its identity. In the end the clips are as in
the beginning, and a run that nobody disturbs must leave the store of the beginning, byte for byte.

    python benchmarks/faults/lose_nothing.py --count 100 --seed 0 --json lose_nothing.json
"""

from __future__ import annotations

import argparse
import itertools
import random
import shutil
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from figures import markdown, write_json
from kill_extraction import make_clips
from killed_runs import Moment, hashes, operations, run, table

from graphforensics.preprocess import extract
from graphforensics.store.face_store import FaceStore
from graphforensics.store.store_writer import StoreWriter

_GOOD = ("tracks kept", "labels kept", "equal to the beginning")
_KINDS = ("worker killed", "run killed", "executor lacks a package", "disk full", "input fails")


class Losses:
    """A whole store, and what can happen to copies of it.

    Args:
        root: Empty folder to work in.
        clips: Number of clips.
    """

    def __init__(self, root: Path, clips: int) -> None:
        self.root = root
        self.clips = make_clips(root / "clips", clips)
        self.begun = root / "begun"
        extract(self.clips, self.begun, metadata=self.clips / "metadata.csv", workers=0)
        self.hashes = hashes(self.begun)
        self.known = _known(self.begun)
        self.steps = self._count()

    def _count(self) -> dict[str, int]:
        """Count the file operations of a run that replaces one source."""
        clips, store, log = self._copies("counted")
        _grow(clips / "0.mp4")
        run("extraction", _arguments(clips, store), log=log)
        return {role: max(map(len, operations(log, role))) for role in ("main", "worker")}

    def _copies(self, name: str) -> tuple[Path, Path, Path]:
        folder = self.root / name
        shutil.copytree(self.clips, folder / "clips")
        shutil.copytree(self.begun, folder / "store")
        return folder / "clips", folder / "store", folder / "log"

    def suffer(self, number: int, chance: random.Random) -> dict[str, Any]:
        """Let two things happen to one copy, and look after each."""
        pairs = list(itertools.product(_KINDS, repeat=2))
        pair = pairs[number % len(pairs)]
        clips, store, _ = self._copies(str(number))
        result: dict[str, Any] = {"moment": f"{pair[0]}, {pair[1]}", **dict.fromkeys(_GOOD, True)}
        for kind in pair:
            for clip in chance.sample(sorted(clips.glob("*.mp4")), chance.randint(1, 2)):
                _grow(clip)
            result[kind] = self._happen(kind, clips, store, chance)
            self._look(store, result)
        shutil.rmtree(clips)
        shutil.copytree(self.clips, clips)
        extract(clips, store, root=clips, workers=0)
        result["equal to the beginning"] = hashes(store) == self.hashes
        shutil.rmtree(store.parent)
        return result

    def _happen(self, kind: str, clips: Path, store: Path, chance: random.Random) -> str:
        """Do one thing and tell which it was exactly."""
        if kind == "input fails":
            return _spoil(chance.choice(sorted(clips.glob("*.mp4"))), clips, store, chance)
        if kind == "executor lacks a package":
            package = chance.choice(["graphforensics", "av", "dlib"])
            words = {**_arguments(clips, store), "package": package}
            if not run("lacking", words, may_fail=True).returncode:
                raise RuntimeError(f"the workers found {package}")
            return package
        role = "worker" if kind == "worker killed" else chance.choice(["main", "worker"])
        end = {"worker killed": "process", "disk full": "full"}.get(kind, "group")
        moment = Moment(role, chance.randrange(self.steps[role]), kind, end)
        run("extraction", _arguments(clips, store), moment, may_fail=end == "full")
        return f"operation {moment.at} of {role}"

    def _look(self, store: Path, result: dict[str, Any]) -> None:
        """Compare what the store knows with what it knew."""
        if any(store.glob(".partial/*.old")):
            # Put aside by a run that was killed; the next run is to find it.
            copy = store.with_name("looked at")
            shutil.copytree(store, copy)
            with StoreWriter(copy, FaceStore(copy).options) as writer:
                writer.finish()
            self._look(copy, result)
            shutil.rmtree(copy)
            return
        known = _known(store)
        result["tracks kept"] &= all(known[name][1] for name in self.known if name in known)
        result["tracks kept"] &= set(known) == set(self.known)
        result["labels kept"] &= all(known[n][0] == told[0] for n, told in self.known.items())


def _known(store: Path) -> dict[str, tuple[tuple[str | None, str | None], bool]]:
    """Return each source's label and identity, and whether its tracks are there and sound."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        opened = FaceStore(store)
        broken = bool(opened.verify()) if (store / "manifest.parquet").exists() else False
        rows = opened.manifest.to_pylist()
    for track in opened:
        track.verify()
    return {
        row["source"]: ((row["label"], row["identity"]), bool(row["track_id"]) and not broken)
        for row in rows
    }


def _grow(clip: Path) -> None:
    """Change a clip so that it shows what it showed."""
    if clip.exists():
        with clip.open("ab") as file:
            file.write(b"\0" * 8)


def _spoil(clip: Path, clips: Path, store: Path, chance: random.Random) -> str:
    how = chance.choice(["gone", "garbage", "empty"])
    clip.unlink()
    if how != "gone":
        clip.write_bytes(chance.randbytes(5000) if how == "garbage" else b"")
    paths = [clips / name for name in {clip.name, *(path.name for path in clips.glob("*.mp4"))}]
    if not extract(paths, store, root=clips, workers=0).failed:
        raise RuntimeError(f"{clip}: did not fail")
    return f"{clip.name} {how}"


def _arguments(clips: Path, store: Path) -> dict[str, Any]:
    return {"clips": str(clips), "store": str(store), "metadata": None, "workers": 1}


def main() -> int:
    """Let things happen, look, print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100, help="pairs of faults; default: 100")
    parser.add_argument("--first", type=int, default=0, help="pair to begin with; default: 0")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--clips", type=int, default=3)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    chance, start = random.Random(args.seed), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        job = Losses(Path(folder), args.clips)
        results = [job.suffer(args.first + number, chance) for number in range(args.count)]
    rows = table(results, _GOOD)
    broken = [r for r in results if not all(r[name] for name in _GOOD)]
    print(markdown(rows))
    for result in broken:
        print(f"NOT AS WANTED: {result}")
    print(f"{len(results)} runs, seed {args.seed}, {len(broken)} not as wanted, "
          f"{time.monotonic() - start:.0f} s")  # fmt: skip
    if args.json:
        write_json(args.json, {"rows": rows, "runs": results, "seed": args.seed})
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())

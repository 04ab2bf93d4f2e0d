"""How fast a batch of faces is self-blended, beside the usual recipe.

    python benchmarks/tampering.py [--side 380] [--batch 32] [--rounds 5] [--json FILE]

Milliseconds of one pair of a real and a pseudo-fake picture: ``graphforensics.tamper.SelfBlend`` on
a batch, against OpenCV and albumentations picture by picture (``tampering_usual.py``; the extra
``bench`` brings them, or name the Python of an environment that has them with ``--usual-python``,
more than once for more than one). ``--quick`` is a try with few small pictures.

Each way has processes of its own, as in a loader's worker, with one thread: buffers that another
way has left with the C library spare it nothing. They take turns, so that whatever else the machine
does falls on all alike. The time is that of the process, without start and first round, on a GPU
(``--device cuda``) that of the wall. The pictures are crops about scikit-image's astronaut.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from begin import begin, step
from layer_timing import timed
from skimage.data import astronaut
from skimage.transform import resize

from graphforensics.preprocess.detect.dlib_hog_detector import DlibHogDetector
from graphforensics.preprocess.detect.landmarks import LandmarkPredictor
from graphforensics.tamper import SelfBlend

_MARGIN = 1.3
_TURNS = 3
_HERE = Path(__file__).resolve().parent
_WAYS = {"SelfBlend()": False, "SelfBlend(partial=True)": True}


def main() -> None:
    """Measure, print the table, and write the JSON file if asked to."""
    arguments = parse()
    if arguments.way:
        print(json.dumps(own(arguments)))
        return
    begin(__doc__, () if arguments.usual_python else ("albumentations", "cv2"))
    if arguments.quick:
        arguments.side, arguments.batch, arguments.rounds = 96, 4, 1
    with tempfile.TemporaryDirectory() as folder:
        arguments.crops = Path(folder) / "crops.npz"
        write_crops(arguments.crops, arguments.batch, arguments.side)
        report = measure(arguments)
    show(report)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few small pictures: a try")
    parser.add_argument("--side", type=int, default=380, help="of the pictures, default: 380")
    parser.add_argument("--batch", type=int, default=32, help="pictures, default: 32")
    parser.add_argument("--rounds", type=int, default=5, help="in each process, default: 5")
    parser.add_argument("--threads", type=int, default=1, help="of a CPU, default: 1")
    parser.add_argument("--device", default="cpu", help="of the batch, default: cpu")
    parser.add_argument("--usual-python", action="append", help="default: this one")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--way", choices=_WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--crops", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def write_crops(path: Path, count: int, side: int) -> None:
    """Cut crops about one face, each a little elsewhere and of another size."""
    image = astronaut()
    [face] = DlibHogDetector()(image)
    points = LandmarkPredictor()(image, face.box)
    rng = np.random.default_rng(0)
    middle, extent = (points.min(0) + points.max(0)) / 2, np.ptp(points, axis=0).max()
    cut, moved = [], []
    for _ in range(count):
        length = round(float(extent * _MARGIN * rng.uniform(0.97, 1.03)))
        x, y = np.round(middle - length / 2 + rng.uniform(-3, 3, 2)).astype(int)
        part = resize(image[y : y + length, x : x + length], (side, side), order=3)
        cut.append((part.clip(0, 1) * 255).round().astype(np.uint8))
        moved.append((points - [x, y] + 0.5) * side / length - 0.5)
    np.savez(path, images=np.stack(cut), landmarks=np.stack(moved).astype(np.float32))


def own(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the seconds of each round of the library's way."""
    torch.set_num_threads(arguments.threads)
    device = torch.device(arguments.device)
    with np.load(arguments.crops) as file:
        images = torch.from_numpy(file["images"]).permute(0, 3, 1, 2).contiguous().to(device)
        landmarks = torch.from_numpy(file["landmarks"]).to(device)
    blend, generator = SelfBlend(_WAYS[arguments.way]), torch.Generator().manual_seed(0)
    rounds = [
        timed(lambda: blend(images, landmarks, generator=generator), device)
        for _ in range(arguments.rounds + 1)
    ]
    return {"versions": {"torch": torch.__version__}, "seconds": rounds[1:]}


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run every way in turns; return the figures with what they were measured on."""
    pythons = arguments.usual_python or [sys.executable]
    rounds, threads = str(arguments.rounds), str(arguments.threads)
    usual = [str(_HERE / "tampering_usual.py"), str(arguments.crops), rounds, threads]
    commands = [[python, *usual] for python in pythons]
    shared = ["--crops", str(arguments.crops), "--rounds", rounds, "--threads", threads]
    shared += ["--device", arguments.device]
    commands += [[sys.executable, __file__, *shared, "--way", way] for way in _WAYS]
    found = []
    for turn in range(_TURNS):
        step(f"turn {turn + 1} of {_TURNS}")
        found.append([run(command, threads) for command in commands])
    ways = []
    for name, runs in zip([*pythons, *_WAYS], zip(*found, strict=True), strict=True):
        seconds = statistics.median(second for one in runs for second in one["seconds"])
        versions = " ".join(f"{what} {which}" for what, which in runs[0]["versions"].items())
        way = versions if name in pythons else name
        ways.append({"way": way, "ms a pair": 1000 * seconds / arguments.batch})
    names = ("side", "batch", "rounds", "threads", "device")
    setting = {name: getattr(arguments, name) for name in names}
    return {"setting": {**setting, **machine(arguments.device)}, "ways": ways}


def run(command: list[str], threads: str) -> dict[str, Any]:
    """Run one way in a process of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": threads, "NO_ALBUMENTATIONS_UPDATE": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:2])}: {done.stderr.strip().splitlines()[-1]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def machine(device: str) -> dict[str, str]:
    """Return the machine and the library below."""
    where = platform.machine() if device == "cpu" else torch.cuda.get_device_name(device)
    return {"machine": where, "torch": torch.__version__}


def show(report: dict[str, Any]) -> None:
    """Print the table; ratios are to the first way, the usual one."""
    print("  ".join(f"{name} {value}" for name, value in report["setting"].items()))
    for row in report["ways"]:
        taken = row["ms a pair"]
        ratios = [f"{one['ms a pair'] / taken:.2f}" for one in report["ways"] if one is not row]
        print(f"{row['way']:40s} {taken:7.2f} ms a pair {1000 / taken:7.0f} a second  ", end="")
        print(f"as often as the others: {', '.join(ratios)}")


if __name__ == "__main__":
    main()

"""What it costs to import a package, and what is then loaded.

    python benchmarks/import_times.py [--tree FOLDER ...] [--rounds 3] [--json FILE]

A process an import, the trees in turns so that whatever else the machine does falls on all alike:
the bare package, and some names of its own. Seconds are medians of wall clock with one thread; a
first import, which compiles the files, is not counted. ``--tree`` names folders that hold a
``graphforensics``, such as two working trees of the repository; by default this one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from begin import begin

#: Package -> names that are its own in every version.
NAMES = {
    "regions": "facial_parts action_unit_masks convex_hull_mask PatchGrid",
    "metrics": "auc summary bootstrap_interval",
    "data": "FaceGraph FaceGraphSequence InputSpec",
    "transforms": "AppendPositions KeepTopRelations MaskRegions MergeViews SymmetrizeRelations",
    "nn": "TGCNCell DenseTGCNCell LearnedEdges MaskedEdgeDropout SpatioTemporalAttention",
    "visualization": "draw_face_graph draw_regions",
    "preprocess": "extract extract_tracks probe read_frames",
    "tamper": "self_blend forge PartialFaceMask",
    "models": "MRL",
    "train": "train_detector",
    "explain": "grad_cam",
    "inference": "detect",
}
HEAVY = (
    *("dlib", "av", "PIL", "pyarrow", "skimage", "scipy", "sklearn", "torch", "torch_geometric"),
    *("timm", "torchvision", "lightning", "matplotlib"),
)
PROGRAM = """
import json, sys, time
start = time.perf_counter()
exec(sys.argv[1])
seconds = time.perf_counter() - start
heavy = [name for name in sys.argv[2:] if name in sys.modules]
print(json.dumps([seconds, heavy, sys.modules["graphforensics"].__file__]))
"""


def main() -> None:
    """Time every import and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    here = Path(__file__).resolve().parents[1]
    parser.add_argument("--tree", type=Path, nargs="+", default=[here], metavar="FOLDER")
    parser.add_argument("--packages", nargs="+", default=list(NAMES), choices=list(NAMES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE")
    args = parser.parse_args()
    begin(__doc__)
    seconds: dict[tuple[str, str, str], list[float]] = {}
    loaded: dict[tuple[str, str, str], list[str]] = {}
    for number in range(args.rounds + 1):
        for package in args.packages:
            for how, statement in statements(package).items():
                for tree in args.tree:
                    taken, heavy = measured(tree.resolve(), statement)
                    case = (package, how, str(tree))
                    loaded[case] = heavy
                    if number:
                        seconds.setdefault(case, []).append(taken)
    for case, times in seconds.items():
        print(f"{' '.join(case)}: {statistics.median(times):.3f} s, {' '.join(loaded[case])}")
    if args.json:
        rows = [[*case, times, loaded[case]] for case, times in seconds.items()]
        args.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def statements(package: str) -> dict[str, str]:
    """Return the imports that are timed of a package."""
    names = ", ".join(NAMES[package].split())
    return {
        "bare": f"import graphforensics.{package}",
        "names": f"from graphforensics.{package} import {names}",
    }


def measured(tree: Path, statement: str) -> tuple[float, list[str]]:
    """Run one import in a process of its own; return its seconds and the heavy packages loaded.

    Raises:
        RuntimeError: Another tree than the wanted one was imported.
    """
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, statement, *HEAVY]
    place = {**os.environ, "PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, env=place, cwd=tree, capture_output=True, text=True, check=True, timeout=300
    )
    taken, heavy, file = json.loads(done.stdout.splitlines()[-1])
    if not Path(file).is_relative_to(tree):
        raise RuntimeError(f"{file} was imported instead of {tree}")
    return taken, heavy


if __name__ == "__main__":
    main()

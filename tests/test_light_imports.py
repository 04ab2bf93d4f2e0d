"""What a package loads: a process a package, its own public names all asked for."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

READERS = {"av", "dlib", "PIL", "pyarrow", "skimage"}
TORCH = {"torch", "torch_geometric", "torchvision", "lightning", "timm"}
#: Package -> what must not be loaded once all names that are defined in it have been used.
ABSENT = {
    "graphforensics": TORCH | READERS | {"numpy"},
    "graphforensics.data": READERS | {"timm", "lightning", "torchvision"},
    "graphforensics.transforms": READERS | {"timm", "lightning", "torchvision"},
    "graphforensics.regions": READERS | {"torch_geometric", "timm", "lightning", "torchvision"},
    "graphforensics.nn": READERS | {"lightning"},
    "graphforensics.models": READERS | {"lightning"},
    "graphforensics.media": TORCH | {"dlib", "pyarrow"},
    "graphforensics.metrics": TORCH | READERS,
    "graphforensics.preprocess": TORCH,
}
# timm's data package imports Pillow whatever is asked of timm.
LOADED_BY_TIMM = {"graphforensics.nn": {"PIL"}, "graphforensics.models": {"PIL"}}

PROGRAM = """
import importlib, json, sys
name = sys.argv[1]
room = importlib.import_module(name)
for public in getattr(room, "__all__", ()):
    value = getattr(room, public) if sys.argv[2] == "names" else None
print(json.dumps(sorted({module.split(".")[0] for module in sys.modules})))
"""


def loaded(package: str, how: str) -> set[str]:
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, package, how]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("package", ABSENT)
def test_importing_a_package_loads_nothing_heavy(package: str) -> None:
    assert loaded(package, "face") & (TORCH | READERS) == set()


@pytest.mark.parametrize("package", sorted(set(ABSENT) - {"graphforensics.data"}))
def test_using_its_names_loads_only_what_they_need(package: str) -> None:
    allowed = LOADED_BY_TIMM.get(package, set())
    assert loaded(package, "names") & (ABSENT[package] - allowed) == set()


def test_graphs_need_no_store() -> None:
    # The package's list still holds names that have moved to the store and to the data sets.
    program = PROGRAM.replace(
        'getattr(room, "__all__", ())',
        '["FaceGraph", "FaceGraphSequence", "InputSpec", "to_temporal_signal", "clip_rows"]',
    )
    command = [sys.executable, "-W", "ignore", "-c", program, "graphforensics.data", "names"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert set(json.loads(done.stdout)) & ABSENT["graphforensics.data"] == set()

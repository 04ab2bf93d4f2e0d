"""The template of a plugin, built into a wheel, installed aside, and used as a user does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip

TEMPLATE = Path(__file__).resolve().parents[2] / "examples" / "plugin_template"
HERE = Path(__file__).resolve().parents[2]

USED = """
import json, sys
from graphforensics._plugins import plugin_names
assert plugin_names("detector") == ("tiny",)
assert "graphforensics_tiny" not in sys.modules
import torch
from graphforensics.datasets import DATASETS
from graphforensics.models import DETECTORS, MRL, load_detector
from graphforensics.tamper.families import find_family
from graphforensics.train.tasks.registry import task_class
from graphforensics.train.recipes.recipe import read_recipe, recipe_names, recipe_problems
assert list(DETECTORS)[0] == MRL.name and DETECTORS["mrl"] is MRL
torch.manual_seed(0)
model = DETECTORS["tiny"]().eval()
model.save_pretrained("saved")
again = load_detector("saved")
images = torch.rand(2, 3, 64, 64)
output = model(images)
assert torch.equal(again(images).logit, output.logit)
graph = model.graph(images)
read = model.graph_classifier()(graph.x, graph.edge_index, graph.edge_weight, graph.batch)
assert torch.allclose(read, output.probability, atol=1e-6)
assert task_class("tiny").__name__ == "DetectionTask"
assert recipe_names()[-1] == "tiny_small" and recipe_problems("tiny_small") == []
assert read_recipe("tiny_small")["model"] == "tiny"
print(find_family("mosaic").about, "|", repr(DATASETS["pairs"]("pairs")))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of a copy, without network, and unpack it into a folder of its own."""
    root = tmp_path_factory.mktemp("plugin")
    shutil.copytree(TEMPLATE, root / "template")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "-q"]
    offline = ["--no-deps", "--no-index"]
    built = ["wheel", *offline, "--no-build-isolation", "-w", str(root), str(root / "template")]
    subprocess.run([*pip, *built], check=True, capture_output=True, timeout=120)
    (wheel,) = root.glob("graphforensics_tiny-*.whl")
    target = ["install", *offline, "--target", str(root / "site"), str(wheel)]
    subprocess.run([*pip, *target], check=True, capture_output=True, timeout=120)
    return root / "site"


def run(installed: Path, place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(installed), str(HERE)])
    return subprocess.run(
        [sys.executable, "-W", "ignore", *words],
        cwd=place,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_all_four_kinds_are_found_and_work(installed: Path, tmp_path: Path) -> None:
    for label in ("real", "fake"):
        (tmp_path / "pairs" / label).mkdir(parents=True)
        (tmp_path / "pairs" / label / "anna.mp4").touch()
    done = run(installed, tmp_path, "-c", USED)
    assert done.returncode == 0, done.stderr
    assert "the face as a mosaic of 64 tiles" in done.stdout
    assert "Pairs('all', 1 real and 1 fake videos)" in done.stdout


def test_the_command_line_knows_them(installed: Path, tmp_path: Path) -> None:
    told = run(installed, tmp_path, "-m", "graphforensics", "forge", "--help").stdout
    assert "mosaic           of the package graphforensics-tiny" in told
    assert "pairs" in run(installed, tmp_path, "-m", "graphforensics", "prepare", "--help").stdout
    listed = run(installed, tmp_path, "-m", "graphforensics", "recipe", "list").stdout
    assert "tiny_small: The template's detector on a small machine." in listed


def test_a_family_of_a_plugin_forges(installed: Path, tmp_path: Path) -> None:
    write_clip(tmp_path / "a.mp4", moving_face(3))
    words = ["-m", "graphforensics", "forge", "a.mp4", "--method", "mosaic", "--out", "forged"]
    done = run(installed, tmp_path, *words)
    assert done.returncode == 0, done.stderr
    (record,) = (tmp_path / "forged" / "fake" / "mosaic").glob("*.json")
    assert json.loads(record.read_text())["method"] == "mosaic"

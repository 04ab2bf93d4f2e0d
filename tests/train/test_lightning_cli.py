"""Lightning's own command line does what ``graphforensics train`` does, to the bit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("jsonargparse")

from graphforensics.cli.main import main
from graphforensics.train import DetectionTask
from graphforensics.train.lightning_cli import DetectorCLI
from graphforensics.train.lightning_cli import main as lightning_main
from graphforensics.train.recipes.lightning_recipe import checked_recipe
from graphforensics.train.recipes.recipe import recipe_names


@pytest.fixture
def recipe(tmp_path: Path, face_store: Path, tiny_keywords: dict[str, Any]) -> Path:
    model = {
        "class_path": "graphforensics.models.MRL",
        "init_args": {**tiny_keywords, "size": 48},
    }
    steps = {"model": model, "optimizer": "sgd", "momentum": 0.9, "learning_rate": 0.01}
    document = {
        "seed_everything": 3,
        "trainer": {"max_epochs": 2, "accelerator": "cpu"},
        "model": {
            "class_path": "graphforensics.train.DetectionTask",
            "init_args": {**steps, "pseudo_fakes": "whole"},
        },
        "data": {
            "stores": [str(face_store)],
            "fractions": [0.5, 0.25, 0.25],
            "batch_size": 4,
            "workers": 0,
        },
        "ema": 0.9,
    }
    file = tmp_path / "recipe.yaml"
    file.write_text(yaml.safe_dump(document))
    return file


@pytest.mark.usefixtures("face_store")
def test_both_command_lines_train_alike(
    tmp_path: Path, recipe: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs, printed = (tmp_path / name for name in ("ours", "theirs", "printed"))
    words = ["--config", str(recipe)]
    assert main(["train", *words, "--out", str(ours)]) == 0
    quiet = ["--trainer.enable_progress_bar", "false"]
    assert lightning_main(["fit", *words, "--out", str(theirs), *quiet]) == 0
    capsys.readouterr()
    # What the one prints, the other takes.
    assert main(["train", *words, "--print-config", "--out", str(printed)]) == 0
    whole = tmp_path / "whole.yaml"
    whole.write_text(capsys.readouterr().out)
    assert lightning_main(["fit", "--config", str(whole), *quiet]) == 0
    runs = [json.loads((run / "run.json").read_text()) for run in (ours, theirs, printed)]
    for run in runs:
        del run["command"]
    assert runs[0] == runs[1] == runs[2]
    assert runs[0]["trained_on"]["manipulation"] == ["self_blend"]
    for name in ("metrics.csv", "best/model.safetensors", "split.json"):
        contents = {(run / name).read_bytes() for run in (ours, theirs, printed)}
        assert len(contents) == 1, name
    # Processes that are started later would take their seed from it.
    assert "PL_GLOBAL_SEED" not in os.environ
    again = ["--out", str(theirs), "--resume", "true", "--trainer.max_epochs", "3", *quiet]
    assert lightning_main(["fit", *words, *again]) == 0
    assert len((theirs / "metrics.csv").read_text().splitlines()) == 4


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_is_parsed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Any] = []
    monkeypatch.setattr(DetectorCLI, "instantiate_classes", lambda self: built.append(self.config))
    monkeypatch.setattr(DetectorCLI, "_run_subcommand", lambda self, subcommand: None)
    words = ["--data.stores", "[faces]", "--out", "run"]
    DetectorCLI(["fit", "--config", name, *words])
    kind = built[0].fit.model.class_path
    assert issubclass(_class(kind), DetectionTask)


def _class(path: str) -> type[Any]:
    from graphforensics.train.recipes.recipe import class_at

    return class_at(path, "test")


def test_errors_are_one_line(
    tmp_path: Path,
    recipe: Path,
    capsys: pytest.CaptureFixture[str],
    labelled_store: Callable[..., Path],
) -> None:
    out = tmp_path / "run"
    out.mkdir()
    (out / "run.json").write_text("{}")
    words = ["fit", "--config", str(recipe), "--out", str(out)]
    assert lightning_main(words) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("graphforensics: error: ")
    assert "holds a run already" in line


_WITHOUT_EXTRAS = """
import importlib.abc, importlib.metadata, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("jsonargparse", "docstring_parser", "typeshed_client"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
told = importlib.metadata.distribution

def distribution(name):
    if name == "jsonargparse":
        raise importlib.metadata.PackageNotFoundError(name)
    return told(name)

importlib.metadata.distribution = distribution
from graphforensics.train.lightning_cli import DetectorCLI, main
sys.exit(main(["fit", "--config", "mrl"]))
"""


@pytest.mark.slow
def test_it_is_imported_without_the_extra_that_it_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_EXTRAS], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 2
    assert "install the extra 'recipes': pip install 'graphforensics[recipes]'" in done.stderr


def test_a_mistake_in_a_recipe_is_told_before_anything_is_built(
    tmp_path: Path, recipe: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe.write_text(recipe.read_text().replace("momentum:", "momentun:"))
    assert lightning_main(["fit", f"--config={recipe}", "--out", str(tmp_path / "run")]) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert "'model.init_args.momentun'" in told
    assert "did you mean 'model.init_args.momentum'?" in told
    assert not (tmp_path / "run").exists()


def test_lightning_s_own_keywords_are_taken(recipe: Path) -> None:
    document = yaml.safe_load(recipe.read_text())
    document["trainer"] |= {"limit_train_batches": 0.5, "precision": "16-mixed", "logger": True}
    recipe.write_text(yaml.safe_dump(document))
    assert checked_recipe(str(recipe)) == str(recipe)

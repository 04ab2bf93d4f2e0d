"""One setting in one place: whatever needs it follows from the field of its part."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

import graphforensics
from graphforensics.train.config.optimizer_options import OptimizerOptions
from graphforensics.train.config.part import Part
from graphforensics.train.config.setting import argument_help, setting, settings_of

#: Run over a copy of the package whose optimiser has one field more.
_EVERYWHERE = """
import contextlib, io, sys
from pathlib import Path
import torch, yaml
from graphforensics.cli.main import main
from graphforensics.models import MRL
from graphforensics.train import DetectionTask, TrainingOptions
from graphforensics.train.recipes.recipe import read_recipe
from graphforensics.train.lightning_cli import DetectorCLI

def told(*words):
    with contextlib.redirect_stdout(io.StringIO()) as text, contextlib.suppress(SystemExit):
        main(list(words))
    return text.getvalue()

assert "--nesterov" in told("train", "--help")
assert "Look ahead of the momentum".lower() in " ".join(told("train", "--help").lower().split())
words = ["--nesterov", "--optimizer=sgd", "--momentum=0.9"]
printed = told("train", "--encoder=resnet18", *words, "--print-config")
assert yaml.safe_load(printed)["model"]["init_args"]["nesterov"] is True
Path("recipe.yaml").write_text(printed)
assert read_recipe("recipe.yaml")["nesterov"] is True
assert TrainingOptions().to_dict()["nesterov"] is False

task = DetectionTask(MRL(encoder="resnet10t"), optimizer="sgd", momentum=0.9, nesterov=True)
assert task.configure_optimizers()["optimizer"].defaults["nesterov"] is True

class Parsed(DetectorCLI):
    def instantiate_classes(self):
        arguments = self.config.fit.model.init_args
        print("lightning", arguments.nesterov, arguments.momentum)
    def _run_subcommand(self, subcommand):
        pass

Parsed(["fit", "--config", "recipe.yaml", "--data.stores", "[a]", "--out", "run"])
"""


@pytest.mark.slow
def test_a_keyword_of_the_optimiser_changes_one_file(tmp_path: Path) -> None:
    """Its option, help, places and keywords, for both command lines, follow from the field."""
    package = tmp_path / "graphforensics"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(graphforensics.__file__).parent, package, ignore=ignored)
    file = package / "train" / "config" / "optimizer_options.py"
    text = file.read_text()
    for old, new in (
        ("    Raises:\n", "        nesterov: Look ahead of the momentum.\n\n    Raises:\n"),
        ('metavar="W")\n', 'metavar="W")\n    nesterov: bool = False\n'),
        ("momentum=self.momentum,", "momentum=self.momentum, nesterov=self.nesterov,"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _EVERYWHERE],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "lightning True 0.9" in done.stdout


@dataclass(frozen=True)
class _Base(Part):
    """A part.

    Args:
        rate: The ``"rate"`` of
            :class:`~graphforensics.train.DetectionTask`.
        other: Follows.

    Example:
        >>> 1
        1
    """

    PLACE: ClassVar[str] = "a.b."

    rate: float = setting(0.5, flag="--fast-rate", metavar="R")
    other: int = setting(1, hidden=True)


@dataclass(frozen=True)
class _Derived(_Base):
    """Another.

    Args:
        more: Set apart.
    """

    more: bool = setting(False, place="c")


def test_settings_are_what_fields_and_docstrings_say() -> None:
    rate, more = settings_of(_Derived)
    assert (rate.name, rate.word, rate.flag, rate.place) == (
        "rate", "fast_rate", "--fast-rate", "a.b.rate",
    )  # fmt: skip
    assert (rate.hint, rate.default, rate.keywords) == (float, 0.5, {"metavar": "R"})
    assert rate.help == "The rate of DetectionTask."
    assert (more.place, more.help) == ("c", "Set apart.")


def test_every_setting_is_explained() -> None:
    helps = argument_help(OptimizerOptions)
    assert all(one.help == helps[one.name] != "" for one in settings_of(OptimizerOptions))

"""The options of ``graphforensics train``: those of its settings' parts, and its own."""

from __future__ import annotations

import argparse
from typing import Any

from graphforensics.cli.model_choice import parse_setting
from graphforensics.cli.setting_flags import OptionGroup
from graphforensics.train.config.data_options import DataOptions
from graphforensics.train.config.loop_options import LoopOptions
from graphforensics.train.config.machine_options import MachineOptions
from graphforensics.train.config.parts import defaults
from graphforensics.train.config.run_options import RunOptions
from graphforensics.train.config.task_options import TaskOptions

#: What holds where neither the command line nor a recipe says anything.
DEFAULTS: dict[str, Any] = {
    **defaults(),
    # These follow from the machine and from the task where nothing is said.
    "workers": None,
    "faces": None,
    "model": "mrl",
    "stage": None,
    "encoder": None,
    "set": {},
    "task_set": {},
    "logger": None,
    "logger_set": {},
    "progress": None,
    "calibrate": True,
    "trust": [],
}

#: How ``--help`` tells defaults that follow from something else.
_TOLD = {
    "workers": "half the cores",
    "pseudo_fakes": "partial for aunet, none for the others",
    "split": "by identity",
    "manipulations": "all",
}

#: Settings with another option: ``--real-only`` and ``--allow-fakes``.
_OTHERWISE = ("faces",)


def add_train_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    OptionGroup(parser, "run").add_part(RunOptions)
    _add_data(OptionGroup(parser, "data", _TOLD))
    _add_model(OptionGroup(parser, "model"))
    _add_recipe(OptionGroup(parser, "recipe"))
    training = OptionGroup(parser, "training", _TOLD)
    training.add_part(LoopOptions)
    training.add_part(TaskOptions)
    _add_machine(OptionGroup(parser, "machine", _TOLD))


def _add_data(group: OptionGroup) -> None:
    group.add_part(DataOptions, _OTHERWISE)
    for flag, value, text in (
        ("--real-only", "without_fakes", "leave the fakes out, for a stage that learns from real"),
        ("--allow-fakes", "any", "let a stage that learns from real faces learn from fakes too"),
    ):
        group.add(flag, text, dest="faces", action="store_const", const=value)


def _add_model(group: OptionGroup) -> None:
    group.add("--model", "kind of detector, or a trained one to go on from; default: mrl")
    group.add("--stage", "which of its stages, for a detector that has several", metavar="WORD")
    group.add("--encoder", "network that sees the pixels; default: the model's own")
    for flag, what, example in (
        ("--set", "the model", "regions=8"),
        ("--task-set", "the stage's task", "inner_steps=2"),
    ):
        _add_dictionary(group, flag, what, example)


def _add_dictionary(group: OptionGroup, flag: str, what: str, example: str) -> None:
    group.add(
        flag,
        f"any keyword of {what}, for instance {flag} {example}; may be repeated",
        action="append",
        type=parse_setting,
        metavar="KEY=VALUE",
    )


def _add_recipe(group: OptionGroup) -> None:
    group.add(
        "--config",
        "recipe: the name of one that comes along ('graphforensics recipe list') or a YAML file; "
        "options given beside it count more",
        metavar="RECIPE",
    )
    add_trust(group)
    group.add("--print-config", "print all settings as a recipe and end", action="store_true")


def add_trust(group: OptionGroup) -> None:
    """Add the option that says which modules a recipe may name classes of."""
    group.add(
        "--trust",
        "module that the recipe may name classes of, and that is imported (which runs its code), "
        "besides graphforensics and Lightning; may be repeated",
        action="append",
        metavar="MODULE",
    )


def _add_machine(group: OptionGroup) -> None:
    group.add_part(MachineOptions)
    group.add(
        "--logger",
        "also tell csv, tensorboard, wandb, mlflow, comet, neptune or any class of that kind "
        "(package.Class)",
        metavar="NAME",
    )
    _add_dictionary(group, "--logger-set", "the logger", "project=faces")
    group.add(
        "--progress",
        "show a progress bar; default: on a terminal",
        action=argparse.BooleanOptionalAction,
    )
    group.add(
        "--calibrate",
        "fit the best epoch's probabilities and threshold to the validation part; default: do",
        action=argparse.BooleanOptionalAction,
    )

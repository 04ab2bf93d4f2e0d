"""The options of ``graphforensics train``."""

from __future__ import annotations

import argparse
from typing import Any

from graphforensics.cli.model_choice import parse_setting

#: What holds where neither the command line nor a recipe says anything.
DEFAULTS: dict[str, Any] = {
    "data": None,
    "labels": None,
    "out": None,
    "split": None,
    "manipulations": None,
    "fractions": (0.7, 0.15, 0.15),
    "faces": None,
    "model": "mrl",
    "stage": None,
    "encoder": None,
    "encoder_from": None,
    "start_from": None,
    "set": {},
    "task_set": {},
    "epochs": 30,
    "batch_size": 30,
    "pairs": False,
    "pseudo_fakes": None,
    "balance": False,
    "clips": 1,
    "optimizer": "adam",
    "lr": 1e-4,
    "momentum": 0.0,
    "betas": (0.9, 0.999),
    "weight_decay": 0.0,
    "decay_every": 5,
    "decay": 0.5,
    "accumulate": 1,
    "clip_gradients": None,
    "ema": None,
    "seed": 0,
    "max_time": None,
    "resume": False,
    "precision": "32",
    "accelerator": "auto",
    "devices": 1,
    "nodes": 1,
    "strategy": "auto",
    "sync_batchnorm": False,
    "compile": None,
    "workers": None,
    "logger": None,
    "logger_set": {},
    "progress": None,
    "calibrate": True,
}


class _Group:
    """A group of options that leave no trace where they are not given."""

    def __init__(self, parser: argparse.ArgumentParser, title: str) -> None:
        self._group = parser.add_argument_group(title)

    def add(self, flag: str, help: str, **keywords: Any) -> None:
        """Add an option; its default, where it is not plain, is told by ``DEFAULTS``."""
        self._group.add_argument(flag, help=help, default=argparse.SUPPRESS, **keywords)


def add_what(parser: argparse.ArgumentParser) -> None:
    """Add what is trained on, and where the run goes."""
    group = _Group(parser, "data")
    group.add("--data", "face stores of 'extract'", nargs="+", metavar="STORE")
    group.add(
        "--labels",
        "table with columns file and label (real or fake), and perhaps identity, "
        "manipulation, dataset, video, source; counts more than 'extract --metadata'",
        metavar="CSV",
    )
    group.add("--out", "folder of the run", metavar="RUN")
    group.add(
        "--split",
        "part as another run's split.json does, or as the data sets' authors do; default: by "
        "identity",
        metavar="JSON|official",
    )
    group.add(
        "--manipulations",
        "train and validate on the fakes of these only; the split is of all; default: all",
        nargs="+",
        metavar="NAME",
    )
    group.add(
        "--fractions",
        "shares of the parts; default: 0.7 0.15 0.15",
        nargs=3,
        type=float,
        metavar=("TRAIN", "VAL", "TEST"),
    )
    for flag, value, text in (
        ("--real-only", "without_fakes", "leave the fakes out, for a stage that learns from real"),
        ("--allow-fakes", "any", "let a stage that learns from real faces learn from fakes too"),
    ):
        group.add(flag, text, dest="faces", action="store_const", const=value)


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add what is trained."""
    group = _Group(parser, "model")
    group.add("--model", "kind of detector, or a trained one to go on from; default: mrl")
    group.add("--stage", "which of its stages, for a detector that has several", metavar="WORD")
    group.add(
        "--start-from",
        "all weights and the configuration of a saved detector, such as RUN/best of the stage "
        "before; --set changes what leaves the weights as they are",
        metavar="FOLDER",
    )
    group.add("--encoder", "network that sees the pixels; default: the model's own")
    group.add(
        "--encoder-from",
        "start from the encoder of this trained detector, which must be the same network",
        metavar="PATH",
    )
    for flag, what, example in (
        ("--set", "the model", "regions=8"),
        ("--task-set", "the stage's task", "inner_steps=2"),
    ):
        group.add(
            flag,
            f"any keyword of {what}, for instance {flag} {example}; may be repeated",
            action="append",
            type=parse_setting,
            metavar="KEY=VALUE",
        )


def add_training(parser: argparse.ArgumentParser) -> None:
    """Add how it is trained."""
    group = _Group(parser, "training")
    group.add(
        "--config",
        "recipe: the name of one that comes along (mrl_small, ...) or a YAML file; options given "
        "beside it count more",
        metavar="RECIPE",
    )
    group.add("--print-config", "print all settings as a recipe and end", action="store_true")
    group.add("--epochs", "default: 30", type=int)
    group.add("--batch-size", "samples a step, over all devices; default: 30", type=int)
    group.add(
        "--pairs",
        "put a clip and its forgeries into one batch, cut at the same places",
        action=argparse.BooleanOptionalAction,
    )
    group.add(
        "--pseudo-fakes",
        "learn from real faces only, and from self-blended copies made of them in every step, of "
        "the whole face or of parts of it; default: partial for aunet, none for the others",
        nargs="?",
        const="whole",
        choices=("whole", "partial", "none"),
    )
    group.add(
        "--balance",
        "as many real as fake samples in every epoch",
        action=argparse.BooleanOptionalAction,
    )
    group.add("--clips", "samples of each track in an epoch; default: 1", type=int, metavar="N")
    _add_steps(group)
    group.add("--seed", "default: 0", type=int)
    group.add("--max-time", "end training after this long", type=float, metavar="SECONDS")
    group.add("--resume", "go on with the run in --out from its last epoch", action="store_true")


def _add_steps(group: _Group) -> None:
    group.add("--optimizer", "default: adam", choices=("adam", "adamw", "sgd"))
    group.add("--lr", "step size; default: 1e-4", type=float)
    group.add("--momentum", "of sgd; default: 0", type=float)
    group.add(
        "--betas", "of adam and adamw; default: 0.9 0.999", nargs=2, type=float, metavar=("A", "B")
    )
    group.add("--weight-decay", "default: 0", type=float, metavar="W")
    group.add("--decay-every", "halve the step size every N epochs; default: 5", type=int)
    group.add("--decay", "its factor at each such step; default: 0.5", type=float)
    group.add("--accumulate", "batches a step; default: 1", type=int, metavar="N")
    group.add("--clip-gradients", "largest norm of the gradient", type=float, metavar="NORM")
    group.add(
        "--ema",
        "judge and keep a running mean of the weights, of which a step keeps this share, such as "
        "0.999",
        type=float,
        metavar="SHARE",
    )


def add_machine(parser: argparse.ArgumentParser) -> None:
    """Add where it is trained, and what is told."""
    group = _Group(parser, "machine")
    group.add("--precision", "default: 32", choices=("32", "bf16-mixed"))
    group.add("--accelerator", "auto, cpu, gpu, mps, ...; default: auto")
    group.add("--devices", "how many here, or auto for all; default: 1", metavar="N")
    group.add("--nodes", "machines; default: 1", type=int, metavar="N")
    group.add("--strategy", "Lightning's word: ddp, fsdp, ..., or fsdp2; default: auto")
    group.add(
        "--sync-batchnorm",
        "statistics of batch normalisation over all GPUs, as one would have them",
        action=argparse.BooleanOptionalAction,
    )
    group.add(
        "--compile",
        "compile the model with torch.compile; BACKEND is inductor unless named",
        nargs="?",
        const="inductor",
        metavar="BACKEND",
    )
    group.add("--workers", "processes that load; default: half the cores", type=int, metavar="N")
    group.add(
        "--logger",
        "also tell csv, tensorboard, wandb, mlflow, comet, neptune or any class of that kind "
        "(package.Class)",
        metavar="NAME",
    )
    group.add(
        "--logger-set",
        "any keyword of the logger, for instance --logger-set project=faces; may be repeated",
        action="append",
        type=parse_setting,
        metavar="KEY=VALUE",
    )
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

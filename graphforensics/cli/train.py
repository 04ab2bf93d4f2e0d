"""``graphforensics train``: from face stores to a trained detector."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphforensics.cli.messages import plain_messages, say
from graphforensics.cli.model_choice import new_model
from graphforensics.cli.train_options import add_train_options
from graphforensics.cli.train_settings import train_settings
from graphforensics.errors import MissingDataError

if TYPE_CHECKING:
    from lightning.pytorch.loggers import Logger

    from graphforensics.models import Detector
    from graphforensics.train import (
        DetectionTask,
        FaceStoreDataModule,
        TrainingOptions,
        TrainingSummary,
    )
    from graphforensics.train.config.training_options import PseudoFakeKind


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand; their defaults are MRL's paper's."""
    parser.epilog = (
        "RUN then holds best/ (the detector, calibrated, for evaluate and detect), metrics.csv (a "
        "row an epoch), split.json (who is in which part), run.json (settings, versions, data), "
        "last.ckpt."
    )
    add_train_options(parser)


def run(args: argparse.Namespace) -> int:
    """Train, tell every epoch, and return the exit status."""
    # Imports Lightning before its small talk is turned down, which importing turns up.
    from graphforensics.train.devices.processes import early_rank

    with plain_messages():
        settings = train_settings(args)
        if getattr(args, "print_config", False):
            print(_recipe(settings), end="")
            return 0
        summary = _train(settings)
    # Of several processes the first one tells.
    if early_rank():
        return 0
    monitor, best = summary.monitor, summary.best
    if summary.out_of_time:
        count = f"{len(summary.rows)} of {settings.epochs} epochs"
        print(f"stopped: --max-time, {settings.max_time:g} seconds, was over after {count}")
    named = "video AUC" if monitor == "val_auc" else monitor.removeprefix("val_")
    print(f"best: epoch {best['epoch']}, validation {named} {best[monitor]:.3f}")
    say(f"detector: {summary.folder}")
    if settings.calibrate and monitor == "val_auc":
        _calibrate(settings, summary.folder)
    return 0


def _train(args: argparse.Namespace) -> TrainingSummary:
    from graphforensics.train import Machine, task_class, train_detector
    from graphforensics.train.config.parts import build_part
    from graphforensics.train.devices.processes import early_rank

    options = _options(args)
    model = _model(args, options.seed)
    args.pseudo_fakes = _fakes(args, task_class(model.name, args.stage))
    options = replace(options, pseudo_fakes=args.pseudo_fakes)
    data = _data(args, model)
    if not early_rank():
        _tell_data(data)
    return train_detector(
        model,
        data,
        args.out,
        options,
        stage=args.stage,
        task_options=args.task_set,
        resume=args.resume,
        progress=sys.stdout.isatty() if args.progress is None else args.progress,
        on_epoch=_tell_epoch,
        machine=build_part(Machine, vars(args)),
        logger=_logger(args),
    )


def _recipe(args: argparse.Namespace) -> str:
    """Write all settings as Lightning's command line takes them."""
    from graphforensics.models import DETECTORS
    from graphforensics.train import task_class
    from graphforensics.train.recipes.recipe import write_recipe
    from graphforensics.train.run.loggers import logger_class, logger_place

    chosen = args.set if args.encoder is None else {**args.set, "encoder": args.encoder}
    name = args.model
    if args.start_from is not None or name not in DETECTORS:
        # The weights come from there, and the configuration must be theirs.
        model = _model(args, args.seed)
        name, chosen = model.name, model.config
        args.start_from = args.start_from or args.model
    task = task_class(name, args.stage)
    told = {
        **{key: value for key, value in vars(args).items() if key not in ("data", "out") or value},
        "task": task,
        "model": DETECTORS[name],
        "set": chosen,
        "faces": args.faces or task.labels,
        "pseudo_fakes": _fakes(args, task),
        "workers": _workers(args),
        "logger": None if args.logger is None else logger_class(args.logger),
    }
    if args.logger is not None:
        told["logger_set"] = {**logger_place(args.logger, args.out or "."), **args.logger_set}
    return write_recipe(told)


def _workers(args: argparse.Namespace) -> int:
    return (os.cpu_count() or 1) // 2 if args.workers is None else int(args.workers)


def _calibrate(args: argparse.Namespace, folder: Path) -> None:
    """Fit temperature and thresholds of the best epoch to the validation part."""
    import torch

    from graphforensics.cli.calibrate import calibration_lines
    from graphforensics.evaluation.calibrate import calibrate
    from graphforensics.models import load_detector
    from graphforensics.models.calibration import weights_hash

    if args.pseudo_fakes is not None:
        print("not calibrated: it was trained on pseudo-fakes; see 'graphforensics calibrate'")
        return
    cuda = torch.cuda.is_available() and args.accelerator in ("auto", "gpu", "cuda")
    # An official split may leave a person in two parts, which a file of it may not.
    split = args.split if args.split == "official" else Path(args.out) / "split.json"
    with plain_messages():
        model = load_detector(folder, "cuda" if cuda else "cpu")
        try:
            found = calibrate(
                model,
                args.data,
                labels=args.labels,
                split=split,
                manipulations=args.manipulations,
                batch_size=args.batch_size,
            )
        except MissingDataError as error:
            say(f"not calibrated: {error}")
            return
    replace(found, weights=weights_hash(folder)).write(folder)
    say(*calibration_lines(found))


def _options(args: argparse.Namespace) -> TrainingOptions:
    from graphforensics.train import TrainingOptions
    from graphforensics.train.config.parts import build_part

    # What fakes are made is said when the task is known.
    return build_part(TrainingOptions, {**vars(args), "pseudo_fakes": None})


def _fakes(args: argparse.Namespace, task: type[DetectionTask]) -> PseudoFakeKind | None:
    """Say what fakes are made: those asked for, else those that the detector learns from."""
    if args.pseudo_fakes is None and not args.pairs:
        return task.own_fakes
    kind: PseudoFakeKind | None = None if args.pseudo_fakes == "none" else args.pseudo_fakes
    return kind


def _model(args: argparse.Namespace, seed: int) -> Detector:
    import torch

    keywords: dict[str, Any] = dict(args.set)
    if args.encoder is not None:
        keywords["encoder"] = args.encoder
    torch.manual_seed(seed)
    if args.start_from is not None:
        from graphforensics.train.run.start_from import start_from

        model = start_from(args.start_from, args.model if args.start_named else None, keywords)
    else:
        model = new_model(args.model, keywords)
    if args.encoder_from is not None:
        from graphforensics.models import transfer_encoder

        transfer_encoder(model, args.encoder_from)
    return model


def _data(args: argparse.Namespace, model: Detector) -> FaceStoreDataModule:
    from graphforensics.train import FaceStoreDataModule, task_class
    from graphforensics.train.config.data_options import DataOptions
    from graphforensics.train.config.parts import build_part

    faces = args.faces or task_class(model.name, args.stage).labels
    told = {**vars(args), "workers": _workers(args), "faces": faces}
    return FaceStoreDataModule(
        args.data,
        model.input_spec,
        build_part(DataOptions, told),
        seed=args.seed,
        masks=model.reads_masks,
        landmarks=model.reads_landmarks,
        pseudo_fakes=args.pseudo_fakes or False,
    )


def _logger(args: argparse.Namespace) -> Logger | None:
    from graphforensics.train.run.loggers import make_logger

    if args.logger is None:
        return None
    return make_logger(args.logger, args.out, args.logger_set)


def _tell_data(data: FaceStoreDataModule) -> None:
    for part in data.parts:
        labels = data.rows(part).column("label").to_pylist()
        counts = f"{labels.count('real')} real and {labels.count('fake')} fake tracks"
        print(f"{part}: {counts} of {data.people(part)} separate identities", flush=True)
    print(data.ties, flush=True)


def _tell_epoch(row: dict[str, float | int]) -> None:
    told = {"train_loss": "loss", "val_loss": "validation loss", "val_auc": "validation video AUC"}
    digits = {"val_auc": 3}
    figures = [
        f"{text} {row[name]:.{digits.get(name, 4)}f}" for name, text in told.items() if name in row
    ]
    print(f"epoch {row['epoch']}: {', '.join(figures)}", flush=True)

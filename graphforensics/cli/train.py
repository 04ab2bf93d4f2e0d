"""``graphforensics train``: from face stores to a trained detector."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphforensics.cli.messages import plain_messages
from graphforensics.cli.model_choice import new_model, parse_setting
from graphforensics.errors import MissingDataError

if TYPE_CHECKING:
    from graphforensics.models import Detector
    from graphforensics.train import FaceStoreDataModule, TrainingOptions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand; their defaults are the paper's."""
    parser.epilog = (
        "RUN then holds best/ (the detector, calibrated, for evaluate and detect), metrics.csv (a "
        "row an epoch), split.json (who is in which part), run.json (settings, versions, data), "
        "last.ckpt."
    )
    _add_what(parser)
    _add_model(parser)
    _add_training(parser)
    _add_machine(parser)


def _add_what(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("data")
    group.add_argument(
        "--data", required=True, nargs="+", metavar="STORE", help="face stores of 'extract'"
    )
    group.add_argument(
        "--labels",
        metavar="CSV",
        help="table with columns file and label (real or fake), and perhaps identity, "
        "manipulation, dataset, video, source; counts more than 'extract --metadata'",
    )
    group.add_argument("--out", required=True, metavar="RUN", help="folder of the run")
    group.add_argument(
        "--split",
        metavar="JSON|official",
        help="part as another run's split.json does, or as the data sets' authors do; default: by "
        "identity",
    )
    group.add_argument(
        "--manipulations",
        nargs="+",
        metavar="NAME",
        help="train and validate on the fakes of these only; the split is of all; default: all",
    )
    group.add_argument(
        "--fractions",
        nargs=3,
        type=float,
        default=(0.7, 0.15, 0.15),
        metavar=("TRAIN", "VAL", "TEST"),
        help="shares of the parts; default: 0.7 0.15 0.15",
    )


def _add_model(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("model")
    group.add_argument(
        "--model",
        default="mrl",
        help="kind of detector, or a trained one to go on from; default: mrl",
    )
    group.add_argument("--encoder", help="network that sees the pixels; default: the model's own")
    group.add_argument(
        "--encoder-from",
        metavar="PATH",
        help="start from the encoder of this trained detector, which must be the same network",
    )
    group.add_argument(
        "--set",
        action="append",
        default=[],
        type=parse_setting,
        metavar="KEY=VALUE",
        help="any keyword of the model, for instance --set regions=8; may be repeated",
    )


def _add_training(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("training")
    group.add_argument("--epochs", type=int, default=30, help="default: 30")
    group.add_argument("--batch-size", type=int, default=30, help="default: 30")
    group.add_argument(
        "--pairs",
        action="store_true",
        help="put a clip and its forgeries into one batch, cut at the same places",
    )
    group.add_argument("--lr", type=float, default=1e-4, help="Adam's step size; default: 1e-4")
    group.add_argument(
        "--decay-every",
        type=int,
        default=5,
        metavar="N",
        help="halve it every N epochs; default: 5",
    )
    group.add_argument(
        "--decay", type=float, default=0.5, help="its factor at each such step; default: 0.5"
    )
    group.add_argument(
        "--accumulate", type=int, default=1, metavar="N", help="batches a step; default: 1"
    )
    group.add_argument(
        "--clip-gradients", type=float, metavar="NORM", help="largest norm of the gradient"
    )
    group.add_argument("--seed", type=int, default=0, help="default: 0")
    group.add_argument(
        "--max-time", type=float, metavar="SECONDS", help="end training after this long"
    )
    group.add_argument(
        "--resume", action="store_true", help="go on with the run in --out from its last epoch"
    )


def _add_machine(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("machine")
    group.add_argument(
        "--precision", choices=("32", "bf16-mixed"), default="32", help="default: 32"
    )
    group.add_argument(
        "--accelerator", default="auto", help="auto, cpu, gpu, mps, ...; default: auto"
    )
    group.add_argument(
        "--workers", type=int, metavar="N", help="processes that load; default: half the cores"
    )
    group.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="show a progress bar; default: on a terminal",
    )
    group.add_argument(
        "--calibrate",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="fit the best epoch's probabilities and threshold to the validation part; default: do",
    )


def run(args: argparse.Namespace) -> int:
    """Train, tell every epoch, and return the exit status."""
    from graphforensics.train import train_detector

    with plain_messages():
        options = _options(args)
        model = _model(args, options.seed)
        data = _data(args, model)
        _tell_data(data)
        summary = train_detector(
            model,
            data,
            args.out,
            options,
            resume=args.resume,
            progress=sys.stdout.isatty() if args.progress is None else args.progress,
            on_epoch=_tell_epoch,
            accelerator=args.accelerator,
        )
    best = summary.best
    print(f"best: epoch {best['epoch']}, validation video AUC {best['val_auc']:.3f}")
    print(f"detector: {summary.folder}")
    if args.calibrate:
        _calibrate(args, summary.folder)
    return 0


def _calibrate(args: argparse.Namespace, folder: Path) -> None:
    """Fit temperature and thresholds of the best epoch to the validation part."""
    import torch

    from graphforensics.cli.calibrate import calibration_lines
    from graphforensics.inference import calibrate
    from graphforensics.models import load_detector
    from graphforensics.models.calibration import weights_hash

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
            print(f"not calibrated: {error}")
            return
    replace(found, weights=weights_hash(folder)).write(folder)
    print("\n".join(calibration_lines(found)))


def _options(args: argparse.Namespace) -> TrainingOptions:
    from graphforensics.train import TrainingOptions

    return TrainingOptions(
        epochs=args.epochs,
        learning_rate=args.lr,
        decay_every=args.decay_every,
        decay=args.decay,
        precision=args.precision,
        accumulate=args.accumulate,
        clip_gradients=args.clip_gradients,
        seed=args.seed,
        max_time=args.max_time,
    )


def _model(args: argparse.Namespace, seed: int) -> Detector:
    import torch

    keywords: dict[str, Any] = dict(args.set)
    if args.encoder is not None:
        keywords["encoder"] = args.encoder
    torch.manual_seed(seed)
    model = new_model(args.model, keywords)
    if args.encoder_from is not None:
        from graphforensics.models import take_encoder

        take_encoder(model, args.encoder_from)
    return model


def _data(args: argparse.Namespace, model: Detector) -> FaceStoreDataModule:
    from graphforensics.train import FaceStoreDataModule

    workers = (os.cpu_count() or 1) // 2 if args.workers is None else args.workers
    return FaceStoreDataModule(
        args.data,
        model.input_spec,
        batch_size=args.batch_size,
        labels=args.labels,
        split=args.split,
        fractions=tuple(args.fractions),
        seed=args.seed,
        workers=workers,
        pairs=args.pairs,
        manipulations=args.manipulations,
        masks=model.reads_masks,
        landmarks=model.reads_landmarks,
    )


def _tell_data(data: FaceStoreDataModule) -> None:
    for part in data.parts:
        labels = data.rows(part).column("label").to_pylist()
        counts = f"{labels.count('real')} real and {labels.count('fake')} fake tracks"
        print(f"{part}: {counts} of {data.people(part)} separate identities", flush=True)


def _tell_epoch(row: dict[str, float | int]) -> None:
    print(
        f"epoch {row['epoch']}: loss {row['train_loss']:.4f}, validation loss "
        f"{row['val_loss']:.4f}, validation video AUC {row['val_auc']:.3f}",
        flush=True,
    )

"""Choosing a detector on the command line."""

from __future__ import annotations

import argparse
import inspect
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphforensics.cli.early_checks import require_model
from graphforensics.errors import CheckpointError
from graphforensics.train.config.nearest import did_you_mean

if TYPE_CHECKING:
    import torch

    from graphforensics.models import Detector


def add_saved_model(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a trained detector and its device."""
    parser.add_argument(
        "--model",
        metavar="PATH",
        help="trained detector: RUN/best, any folder of save_pretrained, a .ckpt file, or the name "
        "of weights that come along ('graphforensics models list'); default: those named default",
    )
    add_device(parser)


def choose_model(args: argparse.Namespace) -> None:
    """Put the folder of weights that come along in the place of their name, or of no name.

    Raises:
        CheckpointError: There is no such detector.
    """
    from graphforensics.models.shipped import DEFAULT, shipped_folder, shipped_weights

    if args.model is None or (args.model in shipped_weights() and not Path(args.model).exists()):
        args.model = str(shipped_folder(args.model or DEFAULT))
    require_model(args.model)


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add the option that says where detectors run."""
    parser.add_argument(
        "--device",
        default=None,
        help="cpu, cuda, cuda:1, mps, ...; default: cuda where there is one",
    )


def saved_model(args: argparse.Namespace) -> Detector:
    """Load what :func:`add_saved_model`'s options name.

    Raises:
        CheckpointError: It is missing, damaged, unsafe, or of another model.
        ValueError: There is no such device.
    """
    from graphforensics.models import DETECTORS, load_detector

    if args.model in DETECTORS and not Path(args.model).exists():
        raise CheckpointError(
            f"'--model {args.model}' names a kind of detector; give a trained one: "
            "a folder RUN/best or a .ckpt file of 'graphforensics train'"
        )
    model = load_detector(args.model)
    return model.to(device_of(args))


def device_of(args: argparse.Namespace) -> torch.device:
    """Return the device that :func:`add_device`'s option names.

    Raises:
        ValueError: There is no such device.
    """
    import torch

    name = args.device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0).to(torch.device(name)).device
    except (RuntimeError, AssertionError) as error:
        raise ValueError(f"'--device {name}' cannot be used ({error})") from error


def new_model(name: str, keywords: dict[str, Any]) -> Detector:
    """Build an untrained detector by name, or load a trained one to go on from.

    Raises:
        CheckpointError: ``name`` is neither a kind of detector nor a trained one.
        ValueError: A keyword is unknown to the detector, or its value is wrong.
    """
    from graphforensics.models import DETECTORS, load_detector

    if name not in DETECTORS:
        if not Path(name).exists():
            raise CheckpointError(
                f"{name}: no such detector (known are {', '.join(DETECTORS)}) and no such file"
                f"{did_you_mean(name, DETECTORS)}"
            )
        if keywords:
            raise ValueError("'--set' and '--encoder' are for new detectors, not for trained ones")
        return load_detector(name).train()
    kind = DETECTORS[name]
    known = [word for word in inspect.signature(kind.__init__).parameters if word != "self"]
    for word in keywords:
        if word not in known:
            raise ValueError(
                f"'--set {word}': {name} has no such keyword; it has {', '.join(known)}"
                f"{did_you_mean(word, known)}"
            )
    try:
        return kind(**keywords)
    except TypeError as error:
        raise ValueError(f"'--set': {name} cannot be built ({error})") from error


def parse_setting(text: str) -> tuple[str, Any]:
    """Split ``key=value``; the value is read as JSON where it is JSON, else as a word.

    Example:
        >>> parse_setting("regions=4"), parse_setting("encoder=r3d_18")
        (('regions', 4), ('encoder', 'r3d_18'))
    """
    key, sign, value = text.partition("=")
    if not sign or not key.isidentifier():
        raise argparse.ArgumentTypeError(f"must be key=value (got {text!r})")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value

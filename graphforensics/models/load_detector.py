"""Read a detector back, whoever wrote it, without running code that the file brings."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import torch
from packaging.version import InvalidVersion, Version
from torch import Tensor

from graphforensics import __version__
from graphforensics.errors import CheckpointError, GraphForensicsError
from graphforensics.models.calibration import read_calibration
from graphforensics.models.detector import Detector
from graphforensics.models.meta_build import build_on_meta
from graphforensics.models.registry import DETECTORS
from graphforensics.nn.encoder.weights import (
    check_weights,
    load_weights,
    read_checkpoint,
    read_state_dict,
    tensors_by_name,
)

#: Numbers of one sample; those of MRL have 3.8 million.
_LARGEST_INPUT = 1 << 30

#: Keywords of timm that have it read or fetch files.
_OTHER_FILES = frozenset(
    ["cache_dir", "checkpoint_path", "pretrained", "pretrained_cfg", "pretrained_cfg_overlay"]
)


def load_detector(path: str | Path, map_location: str | torch.device = "cpu") -> Detector:
    """Read a detector from a folder of ``save_pretrained`` or a training checkpoint.

    Pickled code is never run: files that hold some are refused. The detector is in
    evaluation mode, and calibrated where the folder holds a ``calibration.json`` of its weights.

    Args:
        path: A folder with ``config.json`` and ``model.safetensors``, or a ``.ckpt`` of
            ``graphforensics train``.
        map_location: Device to put it on. Default: ``"cpu"``.

    Raises:
        CheckpointError: Nothing is there, it is damaged, of another model, written by a newer
            version, or would run code.

    Example:
        >>> import tempfile
        >>> from graphforensics.models import MRL
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     MRL(encoder="resnet10t", regions=4, size=64).save_pretrained(folder)
        ...     load_detector(folder).config["regions"]
        4
    """
    path = Path(path)
    if not path.exists():
        raise CheckpointError(f"{path}: no such file or folder")
    config, state = _read_folder(path) if path.is_dir() else _read_training(path)
    detector = _build(config, state, path)
    load_weights(detector, state, path)
    if path.is_dir():
        detector.calibration = read_calibration(path)
    return detector.to(map_location).eval()


def _read_folder(folder: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    file = folder / "config.json"
    if not file.is_file():
        raise CheckpointError(f"{folder}: no config.json in it, so it is not a saved detector")
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{file}: damaged ({error})") from error
    if not isinstance(config, dict):
        raise CheckpointError(f"{file}: must hold names and values")
    return config, read_state_dict(folder / "model.safetensors")


def _read_training(file: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    content = read_checkpoint(file)
    settings = content.get("hyper_parameters")
    if not isinstance(settings, dict) or not isinstance(settings.get("config"), dict):
        raise CheckpointError(f"{file}: not a checkpoint of 'graphforensics train'")
    config = {**settings["config"]}
    for key in ("detector", "graphforensics_version"):
        if key in settings:
            config[key] = settings[key]
    prefix = "model."
    state = tensors_by_name(content.get("state_dict"), file)
    return config, {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}


def _build(config: dict[str, Any], state: dict[str, Tensor], origin: Path) -> Detector:
    keywords = dict(config)
    _check_version(keywords.pop("graphforensics_version", __version__), origin)
    name = keywords.pop("detector", None)
    if not isinstance(name, str) or name not in DETECTORS:
        raise CheckpointError(
            f"{origin}: holds the detector {str(name)[:80]!r}; known are {', '.join(DETECTORS)}"
        )
    _check_options(keywords.get("encoder_options"), origin)
    if "encoder_weights" in keywords:
        # The checkpoint's weights include the encoder's: there is nothing to fetch for it.
        keywords["encoder_weights"] = None
    try:
        sketch = build_on_meta(lambda: DETECTORS[name](**keywords), state)
        check_weights(sketch, state, origin)
        _check_input(sketch, origin)
        return DETECTORS[name](**keywords)
    except GraphForensicsError:
        raise
    except Exception as error:
        # Wrong values are met by the libraries beneath, each in its own way.
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise CheckpointError(f"{origin}: its configuration is wrong: {reason}") from error


def _check_input(detector: Detector, origin: Path) -> None:
    shape = detector.input_spec.shape
    if math.prod(shape) > _LARGEST_INPUT:
        raise CheckpointError(f"{origin}: takes samples of {list(shape)}, too large to be meant")


def _check_options(options: object, origin: Path) -> None:
    """Refuse a configuration that makes a library read other files, or fetch some."""
    named = sorted(_OTHER_FILES.intersection(options)) if isinstance(options, dict) else []
    if named:
        raise CheckpointError(f"{origin}: its configuration names another file ({named[0]})")


def _check_version(written: object, origin: Path) -> None:
    try:
        newer = Version(str(written)) > Version(__version__)
    except InvalidVersion as error:
        raise CheckpointError(f"{origin}: 'graphforensics_version' is {written!r}") from error
    if newer:
        raise CheckpointError(
            f"{origin}: written by graphforensics {written}, this is {__version__}: install that "
            f"version or a later one"
        )

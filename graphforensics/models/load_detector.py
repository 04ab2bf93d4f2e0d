"""Read a detector back, whoever wrote it, without running code that the file brings."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from graphforensics.errors import CheckpointError
from graphforensics.models.detector import Detector
from graphforensics.models.registry import detector_class
from graphforensics.models.saved_detector import detector_from, detector_from_folder
from graphforensics.models.shipped import DEFAULT, shipped_folder, shipped_weights
from graphforensics.nn.encoder.weights import read_checkpoint, tensors_by_name


def load_detector(
    path: str | Path | None = None, map_location: str | torch.device = "cpu"
) -> Detector:
    """Read a detector from a folder of ``save_pretrained`` or a training checkpoint.

    Pickled code is never run: files that hold some are refused. The detector is in
    evaluation mode, and calibrated where the folder holds a ``calibration.json`` of its weights.
    Models of the Hugging Face Hub are fetched by ``Detector.from_pretrained``, which takes the same
    care.

    Args:
        path: A folder with ``config.json`` and ``model.safetensors``, a ``.ckpt`` of
            ``graphforensics train``, or the name of weights that come along
            (:func:`~graphforensics.models.shipped_weights`). Default: ``"default"`` of these.
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
    if path is None or (str(path) in shipped_weights() and not Path(path).exists()):
        path = shipped_folder(DEFAULT if path is None else str(path))
    path = Path(path)
    if not path.exists():
        raise CheckpointError(f"{path}: no such file or folder")
    if path.is_dir():
        detector = detector_from_folder(path, partial(detector_class, origin=path))
    else:
        detector = detector_from(*_read_training(path), path, partial(detector_class, origin=path))
    return detector.to(map_location).eval()


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

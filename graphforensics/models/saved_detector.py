"""What is in the folder of a saved detector, and building one from it without trusting it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.version import InvalidVersion, Version
from safetensors.torch import save_model
from torch import Tensor, nn

from graphforensics import __version__
from graphforensics.errors import CheckpointError, GraphForensicsError
from graphforensics.models.calibration import read_calibration
from graphforensics.models.meta_build import build_on_meta
from graphforensics.nn.encoder.weights import check_weights, load_weights, read_state_dict

if TYPE_CHECKING:
    from graphforensics.models.detector import Detector

#: Names of the files of a saved detector.
CONFIG, WEIGHTS = "config.json", "model.safetensors"

#: Numbers of one sample; those of MRL have 3.8 million.
_LARGEST_INPUT = 1 << 30

#: Bytes of a configuration; those of the detectors here have about a thousand.
_LARGEST_CONFIG = 1 << 20

#: Keywords of timm that have it read or fetch files.
_OTHER_FILES = frozenset(
    ["cache_dir", "checkpoint_path", "pretrained", "pretrained_cfg", "pretrained_cfg_overlay"]
)

#: Builds a detector from its keywords.
Build = Callable[..., "Detector"]


def read_folder(folder: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Read the configuration and the weights of a saved detector.

    Raises:
        CheckpointError: There are none, or they are damaged.
    """
    file = folder / CONFIG
    if not file.is_file():
        raise CheckpointError(f"{folder}: no {CONFIG} in it, so it is not a saved detector")
    try:
        if file.stat().st_size > _LARGEST_CONFIG:
            raise ValueError(f"{file.stat().st_size} bytes, too many to be meant")
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{file}: damaged ({error})") from error
    if not isinstance(config, dict):
        raise CheckpointError(f"{file}: must hold names and values")
    return config, read_state_dict(folder / WEIGHTS)


def detector_from_folder(
    folder: Path, kind: Callable[[object], Build], keywords: Mapping[str, Any] | None = None
) -> Detector:
    """Read a saved detector back, with its calibration, in evaluation mode.

    Args:
        folder: Of ``save_pretrained``.
        kind: From the name of a detector to what builds it.
        keywords: Of the configuration, those that count more than what the folder says.

    Raises:
        CheckpointError: It is damaged, of another model, written by a newer version, or would
            read or fetch other files.
    """
    config, state = read_folder(folder)
    detector = detector_from(config, state, folder, kind, keywords)
    detector.calibration = read_calibration(folder)
    return detector.eval()


def detector_from(
    config: Mapping[str, Any],
    state: dict[str, Tensor],
    origin: Path,
    kind: Callable[[object], Build],
    keywords: Mapping[str, Any] | None = None,
) -> Detector:
    """Build a detector from a configuration and weights that may be anyone's.

    Args:
        config: The configuration, with the detector's name and the version that wrote it.
        state: The weights.
        origin: Where they come from, for the errors.
        kind: As in :func:`detector_from_folder`.
        keywords: Likewise.

    Raises:
        CheckpointError: As in :func:`detector_from_folder`.
    """
    told = dict(config)
    _check_version(told.pop("graphforensics_version", __version__), origin)
    build = kind(told.pop("detector", None))
    _check_options(told.get("encoder_options"), origin)
    told |= keywords or {}
    if "encoder_weights" in told:
        # The saved weights include the encoder's: there is nothing to fetch for it.
        told["encoder_weights"] = None
    try:
        sketch = build_on_meta(lambda: build(**told), state)
        check_weights(sketch, state, origin)
        _check_input(sketch, origin)
        detector = build(**told)
    except GraphForensicsError:
        raise
    except Exception as error:
        # Wrong values are met by the libraries beneath, each in its own way.
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise CheckpointError(f"{origin}: its configuration is wrong: {reason}") from error
    load_weights(detector, state, origin)
    return detector


def write_weights(model: nn.Module, folder: Path) -> Path:
    """Write the weights of a model, with the permissions that any new file has.

    Args:
        model: The model.
        folder: An existing folder.
    """
    place = folder / WEIGHTS
    # safetensors writes files that no one else can read, whatever the umask says.
    place.touch()
    mode = place.stat().st_mode
    save_model(model, str(place))
    place.chmod(mode)
    return place


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

"""Going on with the weights that an earlier stage left."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphforensics.errors import CheckpointError
from graphforensics.models.detector import Detector
from graphforensics.models.load_detector import load_detector
from graphforensics.nn.encoder.weights import load_weights


def start_from(
    folder: str | Path, name: str | None = None, keywords: Mapping[str, Any] | None = None
) -> Detector:
    """Build the detector that was saved in ``folder``, with all of its weights, to train it on.

    Args:
        folder: What :func:`~graphforensics.models.load_detector` takes: ``RUN/best`` of the stage
            before, any folder of ``save_pretrained`` or a ``.ckpt``.
        name: The kind of detector that it must be; ``None`` for any.
        keywords: Of its configuration, those that are to change, such as dropout or the weight of
            a loss; the weights must still fit.

    Raises:
        CheckpointError: It cannot be loaded, is of another kind, or its weights do not fit.
        ValueError: A keyword is unknown to the detector, or its value is wrong.

    Example:
        >>> import tempfile
        >>> from graphforensics.models import MRL
        >>> small = {"encoder": "resnet10t", "regions": 2, "snippets": 1, "frames": 1, "size": 32}
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     MRL(**small).save_pretrained(folder)
        ...     start_from(folder, "mrl", {"dropout": 0.1}).config["dropout"]
        0.1
    """
    given = load_detector(folder)
    if name is not None and given.name != name:
        raise CheckpointError(f"{folder}: holds the detector '{given.name}', not '{name}'")
    if not keywords:
        return given.train()
    kind = type(given)
    known = [word for word in inspect.signature(kind.__init__).parameters if word != "self"]
    for word in keywords:
        if word not in known:
            raise ValueError(f"'{word}': {given.name} has no such keyword; it has {known}")
    config = {**given.config, **keywords}
    if "encoder_weights" in config:
        # The weights include the encoder's: there is nothing to fetch for it.
        config["encoder_weights"] = None
    detector = kind(**config)
    load_weights(detector, given.state_dict(), folder)
    return detector.train()


def transfer_weights(model: Detector, folder: str | Path) -> None:
    """Copy all weights of a saved detector into ``model``, in place.

    Args:
        model: The detector to fill.
        folder: As in :func:`start_from`.

    Raises:
        CheckpointError: It cannot be loaded, is of another kind, or its weights do not fit.
    """
    given = start_from(folder, model.name)
    load_weights(model, given.state_dict(), folder)

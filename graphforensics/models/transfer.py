"""A trained encoder handed from one detector to another."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from graphforensics.errors import CheckpointError
from graphforensics.models.detector import Detector
from graphforensics.models.load_detector import load_detector
from graphforensics.nn.encoder.weights import load_weights


def transfer_encoder(model: Detector, trained: str | Path) -> None:
    """Copy the weights of a trained detector's encoder into ``model``'s, in place.

    A detector whose extra losses keep it from learning from scratch learns from an encoder that
    the bare detector has taught: train that first, then hand its encoder over.

    Args:
        model: The detector to fill; its encoder must be the same network.
        trained: What :func:`load_detector` takes: a folder of ``save_pretrained`` or a ``.ckpt``.

    Raises:
        CheckpointError: ``trained`` cannot be loaded, or its encoder is another one.

    Example:
        >>> import tempfile
        >>> from graphforensics.models import MRL
        >>> small = {"encoder": "resnet10t", "regions": 2, "snippets": 1, "frames": 1, "size": 32}
        >>> bare, whole = MRL(attention="none", relation="none", **small), MRL(**small)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     bare.save_pretrained(folder)
        ...     transfer_encoder(whole, folder)
        >>> all((a == b).all() for a, b in zip(bare.encoder.parameters(),
        ...                                    whole.encoder.parameters(), strict=True))
        True
    """
    given = load_detector(trained)
    mine, theirs = getattr(model, "encoder", None), getattr(given, "encoder", None)
    if not isinstance(mine, nn.Module) or not isinstance(theirs, nn.Module):
        lacking = model.name if not isinstance(mine, nn.Module) else given.name
        raise CheckpointError(
            f"{trained}: a detector '{lacking}' has no encoder of its own to hand on"
        )
    load_weights(mine, theirs.state_dict(), f"{trained}, encoder")


#: The former name.
take_encoder = transfer_encoder

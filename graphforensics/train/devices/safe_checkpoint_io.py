"""Checkpoints that are whole or absent, and that run no code when they are read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO

from graphforensics.errors import CheckpointError, OutputError
from graphforensics.nn.encoder.weights import read_checkpoint

#: What resuming reads.
_NEEDED = (
    "state_dict",
    "optimizer_states",
    "lr_schedulers",
    "loops",
    "callbacks",
    "epoch",
    "global_step",
)


class SafeCheckpointIO(TorchCheckpointIO):
    """Write a checkpoint beside its place and rename it; read with ``weights_only=True`` always."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any | None = None
    ) -> None:
        """Write ``checkpoint`` so that a kill at any moment leaves the old file or the new one.

        Raises:
            OutputError: The place cannot be written.
        """
        target = Path(path)
        partial = target.with_name(f".{target.name}.partial")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as stream:
                torch.save(checkpoint, stream)
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(target)
        except (OSError, RuntimeError) as error:
            with suppress(OSError):
                partial.unlink()
            raise OutputError(
                f"{target}: the checkpoint cannot be written ({_reason(error)})"
            ) from error

    def load_checkpoint(
        self, path: str | Path, map_location: Any | None = None, weights_only: bool | None = True
    ) -> dict[str, Any]:
        """Read tensors and plain values only, onto the processor, whatever ``weights_only`` says.

        Raises:
            CheckpointError: The file is missing, damaged, or holds pickled objects.
        """
        checkpoint = read_checkpoint(path)
        missing = [name for name in _NEEDED if name not in checkpoint]
        if missing:
            raise CheckpointError(f"{path}: not a training checkpoint (no '{missing[0]}' in it)")
        return checkpoint


def _reason(error: Exception) -> str:
    """Say what the operating system said; PyTorch's writer tells of its own confusion instead."""
    met = error if isinstance(error, OSError) else error.__context__
    return (met.strerror or str(met)).lower() if isinstance(met, OSError) else str(error)

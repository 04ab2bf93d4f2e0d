"""Checkpoints that are whole or absent, and that run no code when they are read."""

from __future__ import annotations

import os
import pickle
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO

from graphforensics.errors import CheckpointError, OutputError


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
            raise OutputError(f"{target}: the checkpoint cannot be written ({error})") from error

    def load_checkpoint(
        self, path: str | Path, map_location: Any | None = None, weights_only: bool | None = True
    ) -> dict[str, Any]:
        """Read tensors and plain values only, whatever ``weights_only`` says.

        Raises:
            CheckpointError: The file is missing, damaged, or holds pickled objects.
        """
        try:
            checkpoint = torch.load(path, map_location=map_location or "cpu", weights_only=True)
        except FileNotFoundError as error:
            raise CheckpointError(f"{path}: there is no such checkpoint") from error
        except pickle.UnpicklingError as error:
            raise CheckpointError(
                f"{path}: damaged, or holds objects other than tensors and plain values, "
                "which are not loaded because they could run code"
            ) from error
        except (OSError, EOFError, RuntimeError, ValueError, KeyError, AttributeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise CheckpointError(f"{path}: cannot be read as a checkpoint ({reason})") from error
        if not isinstance(checkpoint, dict) or "state_dict" not in checkpoint:
            raise CheckpointError(f"{path}: not a training checkpoint (no 'state_dict' in it)")
        return checkpoint

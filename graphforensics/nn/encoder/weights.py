"""Read weights from a file without ever running code that the file brings."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from graphforensics.errors import CheckpointError


def read_checkpoint(path: str | Path) -> dict[str, Any]:
    """Read a ``.safetensors`` file, or a file of ``torch.save`` that holds plain data only.

    Pickled code is never run: such a file is refused.

    Args:
        path: The file.

    Returns:
        What the file holds: tensors by name, or a training checkpoint.

    Raises:
        CheckpointError: The file is missing, damaged, of another kind, or would run code.
    """
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file")
    try:
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f"{path}: not a checkpoint of plain tensors and numbers; it may be damaged, of another "
            f"kind, or run code when opened, so it was not opened ({_first_line(error)})"
        ) from error
    except Exception as error:
        # Damaged bytes make the readers fail in any way: IndexError, struct.error and so on.
        raise CheckpointError(f"{path}: damaged ({_first_line(error)})") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path}: holds a {type(content).__name__}, not tensors by name")
    return content


def read_state_dict(path: str | Path) -> dict[str, Tensor]:
    """Read tensors by name, from the file itself or from its ``state_dict``.

    Args:
        path: A ``.safetensors`` file or a file of ``torch.save``.

    Raises:
        CheckpointError: As in :func:`read_checkpoint`, or something else than tensors is there.
    """
    content = read_checkpoint(path)
    inner = content.get("state_dict", content)
    if not isinstance(inner, dict) or not all(isinstance(v, Tensor) for v in inner.values()):
        raise CheckpointError(f"{path}: holds something else than tensors by name")
    return {str(name).removeprefix("module."): value for name, value in inner.items()}


def load_weights(module: torch.nn.Module, state: dict[str, Tensor], origin: object) -> None:
    """Fill every parameter and buffer of ``module``; names that it lacks are an error too.

    Args:
        module: The module to fill.
        state: Tensors by name.
        origin: Where they come from, for the error.

    Raises:
        CheckpointError: A tensor is missing, left over or of another shape; names the first.
    """
    wanted = module.state_dict()
    for name, value in wanted.items():
        if name not in state:
            raise CheckpointError(f"{origin}: '{name}' is missing{_more(wanted, state)}")
        if state[name].shape != value.shape:
            raise CheckpointError(
                f"{origin}: '{name}' is {list(state[name].shape)}, wanted {list(value.shape)}: "
                f"it belongs to another configuration"
            )
    extra = [name for name in state if name not in wanted]
    if extra:
        raise CheckpointError(f"{origin}: '{extra[0]}' is not of this model{_more(state, wanted)}")
    module.load_state_dict(state)


def _more(these: dict[str, Tensor], those: dict[str, Tensor]) -> str:
    others = sum(name not in those for name in these) - 1
    return f" (and {others} more)" if others else ""


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__

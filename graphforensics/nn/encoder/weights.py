"""Read weights from a file without ever running code that the file brings."""

from __future__ import annotations

import pickle
import warnings
import zipfile
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
        _refuse_inflated(path)
        with warnings.catch_warnings():
            # What is odd about the file is told by the error, in one line.
            warnings.simplefilter("ignore")
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
    state = tensors_by_name(content.get("state_dict", content), path)
    return {name.removeprefix("module."): value for name, value in state.items()}


def tensors_by_name(content: object, origin: object) -> dict[str, Tensor]:
    """Return ``content`` if it is a dictionary of ordinary tensors.

    Args:
        content: What a file holds.
        origin: The file, for the error.

    Raises:
        CheckpointError: It is something else, or a tensor has no content, or not all of it.
    """
    if not isinstance(content, dict) or not all(_is_plain(value) for value in content.values()):
        raise CheckpointError(f"{origin}: holds something else than tensors by name")
    return {str(name): value for name, value in content.items()}


def _is_plain(value: object) -> bool:
    return isinstance(value, Tensor) and value.layout == torch.strided and not value.is_meta


def load_weights(module: torch.nn.Module, state: dict[str, Tensor], origin: object) -> None:
    """Fill every parameter and buffer of ``module``; names that it lacks are an error too.

    Of names that are one tensor, as where weights are tied, one is enough: safetensors keeps no
    more.

    Args:
        module: The module to fill.
        state: Tensors by name.
        origin: Where they come from, for the error.

    Raises:
        CheckpointError: A tensor is missing, left over, of another shape, or not of numbers, or
            tied tensors differ; names the first.
    """
    check_weights(module, state, origin)
    for first, *others in tied_names(module):
        differing = [name for name in others if _differ(state.get(first), state.get(name))]
        if differing:
            raise CheckpointError(
                f"{origin}: '{first}' and '{differing[0]}' differ, but are one tensor of this model"
            )
    try:
        module.load_state_dict(with_tied(module, state))
    except RuntimeError as error:
        raise CheckpointError(f"{origin}: {' '.join(str(error).split())[:300]}") from error


def check_weights(module: torch.nn.Module, state: dict[str, Tensor], origin: object) -> None:
    """Compare names and shapes of tensors with those that a module wants.

    Args:
        module: The module; its own tensors may be without content.
        state: Tensors by name.
        origin: Where they come from, for the error.

    Raises:
        CheckpointError: A tensor is missing, left over or of another shape; names the first.
    """
    wanted = module.state_dict()
    state = with_tied(module, state)
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


def with_tied(module: torch.nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors, and under their other names those that the module has tied.

    Args:
        module: The module that they are for; its own tensors may be without content.
        state: Tensors by name.

    Example:
        >>> pair = torch.nn.Sequential(torch.nn.Linear(2, 2, bias=False), torch.nn.Linear(2, 2))
        >>> pair[1].weight = pair[0].weight
        >>> sorted(with_tied(pair, {"0.weight": torch.eye(2), "1.bias": torch.ones(2)}))
        ['0.weight', '1.bias', '1.weight']
    """
    whole = dict(state)
    for names in tied_names(module):
        held = next((name for name in names if name in state), None)
        if held is not None:
            whole |= {name: state[held] for name in names if name not in state}
    return whole


def tied_names(module: torch.nn.Module) -> list[list[str]]:
    """Return the names of every tensor of a module that has more than one.

    Args:
        module: The module; its tensors may be without content.
    """
    found: dict[object, list[str]] = {}
    for name, value in module.state_dict().items():
        # A tensor without content has no address, but its storage is still one object.
        storage = value.untyped_storage()._cdata
        place = (storage, value.storage_offset(), value.shape, value.stride())
        found.setdefault(place, []).append(name)
    return [names for names in found.values() if len(names) > 1]


def _differ(one: Tensor | None, other: Tensor | None) -> bool:
    # Of equal shape: that was checked before. NaN is equal to NaN here.
    if one is None or other is None or one is other:
        return False
    return not torch.equal(one.nan_to_num(), other.nan_to_num())


def _refuse_inflated(path: Path) -> None:
    """Refuse an archive that unpacks to more than it holds: ``torch.save`` does not compress.

    Raises:
        ValueError: A member claims more bytes than the file has.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        claimed = sum(member.file_size for member in archive.infolist())
    if claimed > path.stat().st_size:
        raise ValueError(f"it claims to hold {claimed} bytes, more than the file has")


def _more(these: dict[str, Tensor], those: dict[str, Tensor]) -> str:
    others = sum(name not in those for name in these) - 1
    return f" (and {others} more)" if others else ""


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__

"""What an encoder says of images whose size its network cannot take."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor

_Result = TypeVar("_Result")

#: Of the errors that a network raises while it computes, those of a size that does not fit.
_OF_SIZE = re.compile(
    r"must match the size|invalid for input of size|[Kk]ernel size|[Oo]utput size"
)


def with_size_told(
    network: Callable[[Tensor], _Result], images: Tensor, name: str, word: str = "images"
) -> _Result:
    """Run a network; images that do not fit it are a ValueError that names their size.

    The libraries say so with an assertion, or with whatever their layers raise.

    Args:
        network: What runs.
        images: What it is given.
        name: The network's name.
        word: What the caller calls the images.
    """
    if torch.compiler.is_compiling():
        return network(images)
    try:
        return network(images)
    except (AssertionError, RuntimeError) as error:
        said = (str(error).strip().splitlines() or [""])[0]
        if isinstance(error, RuntimeError) and not _OF_SIZE.search(said):
            raise
        raise ValueError(
            f"'{word}' must have a size that '{name}' can take (got {list(images.shape)}; "
            f"it says: {said or type(error).__name__})"
        ) from error

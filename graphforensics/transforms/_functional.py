"""Functional names of transforms for data pipes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from torch_geometric.data import datapipes

_Transform = TypeVar("_Transform", bound=type)


def face_transform(name: str) -> Callable[[_Transform], _Transform]:
    """Register a transform under ``face_<name>`` with PyTorch's data pipes, once.

    The prefix keeps clear of PyTorch Geometric's own names. A second registration, as when a
    module is loaded anew, would be an error there: the first one stays.
    """
    functional = f"face_{name}"
    taken = getattr(datapipes.IterDataPipe, "functions", {})

    def register(cls: _Transform) -> _Transform:
        if functional not in taken:
            datapipes.functional_transform(functional)(cls)
        return cls

    return register

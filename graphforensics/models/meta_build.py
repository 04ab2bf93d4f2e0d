"""Building a network without memory, to see whether it is worth building with some."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.modules.module import (
    register_module_buffer_registration_hook,
    register_module_parameter_registration_hook,
)

Network = TypeVar("Network", bound=nn.Module)

#: Parts that an encoder is built with and then leaves out: its head, its deeper stages.
_SPARE_NUMBERS, _SPARE_TENSORS = 300_000_000, 3_000


def build_on_meta(build: Callable[[], Network], state: dict[str, Tensor]) -> Network:
    """Build a network whose tensors have shapes and no content.

    What a file says of the sizes of a network can be wrong, or meant to fill the memory of whoever
    opens it: a network much larger than the weights beside it is given up while it is built.

    Args:
        build: Returns the network.
        state: The weights that belong to it.

    Raises:
        ValueError: The network is much larger than its weights.

    Example:
        >>> from torch import nn
        >>> build_on_meta(lambda: nn.Linear(2, 3), {"weight": torch.ones(3, 2)}).weight.device
        device(type='meta')
        >>> build_on_meta(lambda: nn.Linear(10**6, 10**6), {"weight": torch.ones(3, 2)})
        Traceback (most recent call last):
        ValueError: it is far larger than its weights
    """
    numbers, tensors = _numbers(state) + _SPARE_NUMBERS, len(state) + _SPARE_TENSORS
    with _bounded(numbers, tensors), torch.device("meta"):
        return build()


def _numbers(state: dict[str, Tensor]) -> int:
    """Count the numbers that are really there: a view can repeat one of them for ever."""
    held = {
        value.untyped_storage().data_ptr(): value.untyped_storage().nbytes() // value.element_size()
        for value in state.values()
    }
    return sum(held.values())


@contextmanager
def _bounded(numbers: int, tensors: int) -> Iterator[None]:
    left = [numbers, tensors]
    thread = threading.get_ident()

    def count(module: nn.Module, name: str, value: Tensor | None) -> None:
        # The hooks are the whole process's; another thread may be building a network too.
        if value is None or threading.get_ident() != thread:
            return
        left[0] -= value.numel()
        left[1] -= 1
        if min(left) < 0:
            raise ValueError("it is far larger than its weights")

    hooks = [
        register_module_parameter_registration_hook(count),
        register_module_buffer_registration_hook(count),
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()

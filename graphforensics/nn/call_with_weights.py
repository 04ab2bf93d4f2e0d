"""Calling a network with other tensors in the place of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn
from torch.func import functional_call

# Own code because: torch.func.functional_call damages a module that a network holds twice (seen in
# torch 2.14); everything else is left to it.


def call_with_weights(network: nn.Module, weights: Mapping[str, Tensor], *inputs: Any) -> Any:
    """Return what a network says with other weights; its own are as they were afterwards.

    Where weights are tied, each is given by one of its names. ``torch.func.functional_call`` itself
    leaves a tensor of ``weights`` behind in a module that the network holds under several names.

    Args:
        network: The network.
        weights: Tensors by name; parameters and buffers that are not among them stay.
        *inputs: What the network takes.

    Example:
        >>> import torch
        >>> layer = nn.Linear(1, 1, bias=False)
        >>> call_with_weights(layer, {"weight": torch.full((1, 1), 3.0)}, torch.ones(1, 1))
        tensor([[3.]])
    """
    places = [
        (f"{prefix}.{name}" if prefix else name, value)
        for prefix, module in network.named_modules()
        for name, value in (*module._parameters.items(), *module._buffers.items())
        if value is not None
    ]
    given = {
        id(value): weights[name]
        for name, value in (
            *network.named_parameters(remove_duplicate=False),
            *network.named_buffers(remove_duplicate=False),
        )
        if name in weights
    }
    # Each place once, and every place of a tensor.
    every = {name: given[id(value)] for name, value in places if id(value) in given}
    return functional_call(network, every, inputs, tie_weights=False)

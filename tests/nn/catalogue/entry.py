"""What a test must know of a layer to try everything on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn


class AsModule(nn.Module):
    """A function, or a method of a layer, as a module."""

    def __init__(self, call: Callable[..., Any], layer: nn.Module | None = None) -> None:
        super().__init__()
        self.call = call
        self.layer = layer

    def forward(self, *inputs: Tensor) -> Any:
        return self.call(*inputs)


@dataclass(frozen=True)
class Entry:
    """A layer and what may be done to it.

    Args:
        build: Makes the layer.
        inputs: Makes inputs of ordinary size.
        tiny: Makes the smallest inputs: one node, one pixel, no edges.
        at_least: The smallest value that each input may have; None is any.
        legal: Changes of shape, (place, change), that make another legal input.
        silent: Inputs whose NaN may stay unseen, for the reason given beside the entry.
        batched: The inputs' first axis is a batch that may be cut to nothing.
        smooth: The output has a gradient and is the same at every call.
    """

    build: Callable[[], nn.Module]
    inputs: Callable[[], tuple[Tensor, ...]]
    tiny: Callable[[], tuple[Tensor, ...]]
    at_least: dict[int, float] = field(default_factory=dict)
    legal: frozenset[tuple[int, str]] = frozenset()
    silent: tuple[int, ...] = ()
    batched: bool = True
    smooth: bool = True


def entry(
    build: Callable[[], nn.Module],
    inputs: Callable[[], Any],
    tiny: Callable[[], Any],
    legal: str = "",
    **options: Any,
) -> Entry:
    """Make an entry; ``legal`` is words such as ``"0:longer"``."""
    pairs = frozenset((int(word.split(":")[0]), word.split(":")[1]) for word in legal.split())
    return Entry(build, inputs, tiny, legal=pairs, **options)


def ring(nodes: int) -> Tensor:
    """Edges around, and a loop at node 0."""
    around = torch.arange(nodes)
    return torch.cat([torch.stack([around, around.roll(-1)]), torch.zeros(2, 1).long()], 1)


def no_edges() -> Tensor:
    return torch.empty(2, 0, dtype=torch.long)


def mask_of(*shape: int) -> Tensor:
    """True and False at random, at least one of each in every row."""
    mask = torch.rand(shape) > 0.5
    mask[..., 0], mask[..., -1] = True, False
    return mask

"""Weights of an encoder, drawn anew."""

from __future__ import annotations

import torch
from torch import nn


def draw_anew(encoder: nn.Module, fresh: nn.Module) -> None:
    """Give an encoder the weights of another one that was built as it was.

    The libraries initialise while they build, each network in its own way: many of their parts
    have no ``reset_parameters``.

    Args:
        encoder: What is to start afresh; it stays on its device and keeps its type.
        fresh: A new one, with random weights.
    """
    drawn = fresh.state_dict()
    with torch.no_grad():
        for name, value in encoder.state_dict().items():
            value.copy_(drawn[name])
